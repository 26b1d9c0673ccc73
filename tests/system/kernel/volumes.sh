# Runs inside the machine: the agent over hostile volumes, in control groups of the DaemonSet's memory limit and of a quarter of it.
# Prints `RESULT NAME VALUE`.
export PATH=/applets:/bin
POLICY=/sys/kernel/security/apparmor
GROUPS_ROOT=/sys/fs/cgroup
mkdir -p /volume /base /state /tmp /run
ifconfig lo 127.0.0.1 up
mount -t cgroup2 cgroup2 $GROUPS_ROOT
echo +memory > $GROUPS_ROOT/cgroup.subtree_control
result() { echo "RESULT $*"; }
within() {
  TENTHS=$1; shift
  while [ $TENTHS -gt 0 ]; do
    if "$@"; then echo yes; return; fi
    TENTHS=$((TENTHS - 1)); sleep 0.1
  done
  echo no
}
loaded() { grep -q "^$1 (" $POLICY/profiles; }
logged() { grep -q "$1" /log; }
# Brackets, so that grep does not find itself.
compiling() { grep -q '[w]atch-worker' /proc/[0-9]*/cmdline 2> /dev/null; }
idle() { ! compiling; }
uptime_ms() { awk '{ print int($1 * 1000) }' /proc/uptime; }

# The volume: what blocks, explodes, is large, leads out of it, or has an odd name; and a good profile that comes last.
printf 'profile blocks-include { include "%s/revision" }\n' $POLICY > /volume/blocks-include
ln -s $POLICY/revision /volume/blocks-link
mkfifo /volume/fifo /base/fifo
printf 'profile waits { include <fifo> }\n' > /volume/includes-fifo
i=0; while [ $i -lt 12 ]; do ln -s . /volume/self$i; i=$((i + 1)); done
printf 'hunter2\n' > /password
printf 'profile leak { include "/password" }\n' > /volume/leak
ln -s /password /volume/leak-link
printf 'profile explodes {\n  /**a???????????????????????????? r,\n}\n' > /volume/explodes
i=0; { echo 'profile large {'; while [ $i -lt 9000 ]; do echo "  /srv/$((i * 7919 % 100003))/data$i/** r,"; i=$((i + 1)); done; echo '}'; } > /volume/large
yes '# nothing at all' | head -c 4500000 > /base/huge
printf 'profile much { include <huge> }\n' > /volume/includes-much
printf 'profile odd-name { }\n' > "$(printf '/volume/odd\377\n')"
printf 'profile good { /etc/x r, }\n' > /volume/zgood

# agent NAME LIMIT: the agent in a group of so much memory, all of which ends where the kernel kills one.
agent() {
  mkdir $GROUPS_ROOT/$1
  echo $2 > $GROUPS_ROOT/$1/memory.max
  echo 1 > $GROUPS_ROOT/$1/memory.oom.group
  : > /log
  sh -c "echo \$\$ > $GROUPS_ROOT/$1/cgroup.procs; exec armorer watch --base /base --state /state/$1 --max-time 6 --interval 1 \
    --listen 127.0.0.1:9780 --log json /volume" >> /log 2>&1 &
  AGENT=$!
}
killed() { sed -n 's/^oom_kill //p' $GROUPS_ROOT/$1/memory.events; }
peak() { echo "NOTE in $1: at most $(($(cat $GROUPS_ROOT/$1/memory.peak 2> /dev/null || echo 0) >> 10)) kB"; }

for limit in 256 64; do
  agent m$limit ${limit}M
  result good-$limit $(within 600 loaded good) $(within 600 loaded odd-name)
  # The pass comes to its end: the last of the slow ones is reported.
  result refused-$limit $(within 900 logged 'volume/explodes","message') $(within 10 logged 'volume/blocks-link","message') $(within 10 logged 'volume/large')
  result healthy-$limit $(wget -q -O - http://127.0.0.1:9780/healthz)
  result alive-$limit $(killed m$limit) $(kill -0 $AGENT && echo yes)
  result leaked-$limit $(grep -c hunter2 /log)
  peak m$limit
  grep -o '"file":"/volume/\(explodes\|large\|includes-much\)".*' /log | sed "s/^/NOTE in m$limit: /"
  # The signal comes while it compiles again.
  printf '# changed\n' >> /volume/explodes
  within 100 compiling > /dev/null
  sleep 1
  BEGAN=$(uptime_ms)
  kill $AGENT
  wait $AGENT; STATUS=$?
  TOOK=$(($(uptime_ms) - BEGAN))
  echo "NOTE in m$limit: ended $TOOK ms after the signal"
  result ended-$limit $STATUS $([ $TOOK -lt 1000 ] && echo yes)
  result idle-$limit $(within 20 idle)
  for name in good odd-name; do armorer remove --force $name; done
done

# Two agents that define a name differently: the second one leaves it.
mkdir /one /two
printf 'profile k8s-both { /one r, }\n' > /one/both
printf 'profile k8s-both { /two r, }\n' > /two/both
: > /log
for name in one two; do
  armorer watch --base /base --state /state/$name --prefix k8s- --interval 1 --log json /$name >> /log 2>&1 &
  sleep 3
done
result contested $(within 300 logged 'defined differently by another program')
sleep 3
BEFORE=$(cat $POLICY/revision & sleep 0.5; kill $! 2> /dev/null)
sleep 4
AFTER=$(cat $POLICY/revision & sleep 0.5; kill $! 2> /dev/null)
[ "$BEFORE" = "$AFTER" ] && result peace yes
