"""A directory of people: OpenLDAP's slapd on a port of the system's choice, with the accounts it was given."""

import pathlib
import subprocess

from .processes import Process, free_port, wait_for

SUFFIX = "dc=shop"
PEOPLE = f"ou=people,{SUFFIX}"
CONFIGURATION = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {state}/slapd.pid
database mdb
maxsize 10485760
suffix "{suffix}"
directory {state}/data
access to attrs=userPassword by anonymous auth by * none
access to * by * read
"""


class Directory:
    def __init__(self, folder: pathlib.Path, passwords: dict[str, str]):
        state = folder / "directory"
        (state / "data").mkdir(parents=True)
        self.configuration = state / "slapd.conf"
        self.configuration.write_text(CONFIGURATION.format(state=state, suffix=SUFFIX))
        self.url = f"ldap://127.0.0.1:{free_port()}"
        self._fill(passwords)
        argv = ["/usr/sbin/slapd", "-d", "stats", "-f", self.configuration, "-h", self.url]
        self.process = Process("slapd", argv, state)

    def _fill(self, passwords: dict[str, str]):
        entries = [f"dn: {SUFFIX}\nobjectClass: dcObject\nobjectClass: organization\no: shop",
                   f"dn: {PEOPLE}\nobjectClass: organizationalUnit"]
        entries += [f"dn: uid={name},{PEOPLE}\nobjectClass: account\nobjectClass: simpleSecurityObject\nuserPassword: {password}"
                    for name, password in passwords.items()]
        subprocess.run(["/usr/sbin/slapadd", "-f", self.configuration], input="\n\n".join(entries) + "\n", text=True, check=True,
                       capture_output=True)

    def start(self) -> "Directory":
        self.process.start()
        wait_for(lambda: "slapd starting" in self.process.log(), 30, "slapd")
        return self

    def stop(self):
        self.process.stop()

    def binds(self, name: str) -> int:
        """How often a password of this account was tried."""
        return self.process.log().count(f'BIND dn="uid={name},{PEOPLE}" method=128')
