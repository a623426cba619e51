#!/bin/bash
# Process 1 of the node's own pid, mount and network namespaces. $1: state folder, $2: kubelet, $3: the API server's port.
state=$1 kubelet=$2 port=$3
mount --make-rprivate /
# Nothing is written to the host's /run and /var.
mount -t tmpfs tmpfs /run && mkdir -p /run/lock /run/netns
mkdir -p "$state/var.up" "$state/var.wk"
mount -t overlay -o "lowerdir=/var,upperdir=$state/var.up,workdir=$state/var.wk" overlay /var
# kubelet would set these host-wide: it is shown files that already hold what it wants.
mkdir -p "$state/sysctl"
while read -r key value; do
  echo "$value" > "$state/sysctl/${key//\//.}"
  mount --bind "$state/sysctl/${key//\//.}" "/proc/sys/$key"
done <<'END'
vm/overcommit_memory 1
vm/panic_on_oom 0
kernel/panic 10
kernel/panic_on_oops 1
kernel/keys/root_maxkeys 1000000
kernel/keys/root_maxbytes 25000000
END
while [ ! -e "$state/go" ]; do sleep 0.05; done
ip link set lo up
ip link add kbr0 type bridge && ip addr add 10.200.0.2/24 dev kbr0 && ip link set kbr0 up
ip link set kn0 master kbr0 && ip link set kn0 up
ip route add default via 10.200.0.1
echo 1 > /proc/sys/net/ipv4/ip_forward
# In the place of kube-proxy: pods reach the Service `kubernetes`. Without the second rule answers would pass the first by.
iptables -t nat -A PREROUTING -d 10.0.0.1 -p tcp --dport 443 -j DNAT --to-destination "10.200.0.1:$port"
iptables -t nat -A POSTROUTING -d 10.200.0.1 -p tcp --dport "$port" -j MASQUERADE
containerd -c "$state/etc/containerd.toml" > "$state/log/containerd.log" 2>&1 &
socket=$state/containerd/containerd.sock
for _ in $(seq 200); do ctr -a "$socket" version > /dev/null 2>&1 && break; sleep 0.05; done
for image in "$state"/img/*.tar; do ctr -a "$socket" -n k8s.io images import "$image" >> "$state/log/images.log" 2>&1; done
"$kubelet" --config="$state/etc/kubelet.yaml" --kubeconfig="$state/node.kubeconfig" --hostname-override=n1 \
  --node-ip=10.200.0.2 --root-dir="$state/kubelet" --cert-dir="$state/kubelet/pki" > "$state/log/kubelet.log" 2>&1 &
wait  # as process 1 it also reaps the shims' orphans
