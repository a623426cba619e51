"""The list of an image's parts: an SPDX document of the binary and Debian's packages."""

import hashlib
import json
import urllib.parse

# Compiled in: headers and archives leave no trace in the binary.
COMPILED_IN = ["libboost1.81-dev", "libboost-json1.81-dev", "libfmt-dev", "libspdlog-dev", "libcli11-dev"]
# Files of the machine that builds, whatever it builds for.
DATA = ["ca-certificates", "tzdata"]


def purl(package: str, version: str) -> str:
    """As package-url has it: what is no letter, digit, or one of .-_~ is written with %."""
    name, number = (urllib.parse.quote(part, safe="") for part in (package, version))
    return f"pkg:deb/debian/{name}@{number}?distro=bookworm"


def spdx(name: str, number: str, packages: dict[str, tuple[str, str]], when: str) -> bytes:
    """`packages`: name → source package and version."""
    parts = [{"SPDXID": "SPDXRef-rotor", "name": "rotor", "versionInfo": number, "downloadLocation": "NOASSERTION",
              "licenseConcluded": "Apache-2.0", "licenseDeclared": "Apache-2.0", "copyrightText": "NOASSERTION", "filesAnalyzed": False}]
    relations = [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-rotor"}]
    for package, (source, its_version) in sorted(packages.items()):
        where = purl(package, its_version)
        parts.append({"SPDXID": f"SPDXRef-{package.replace('+', 'x')}", "name": package, "versionInfo": its_version,
                      "sourceInfo": f"Debian source package {source}", "downloadLocation": "NOASSERTION",
                      "licenseConcluded": "NOASSERTION", "licenseDeclared": "NOASSERTION", "copyrightText": "NOASSERTION",
                      "filesAnalyzed": False,
                      "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": where}]})
        relations.append({"spdxElementId": "SPDXRef-rotor", "relationshipType": "DEPENDS_ON",
                          "relatedSpdxElement": parts[-1]["SPDXID"]})
    contents = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    document = {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": name,
                "documentNamespace": f"https://spdx.org/spdxdocs/{name}-{contents}",
                "creationInfo": {"created": when, "creators": ["Tool: rotor-build-image"]},
                "packages": parts, "relationships": relations}
    return json.dumps(document, indent=1, sort_keys=True).encode() + b"\n"
