# Runs inside the machine: the agent over a volume that is switched as the kubelet does it. Prints `RESULT NAME VALUE`.
# SWAPS is how often the volume is switched in a row.
export PATH=/applets:/bin
POLICY=/sys/kernel/security/apparmor
STATE=/state/watch.json
VOLUME=/profiles
GENERATION=0
mkdir -p $VOLUME /plain /state /data /tmp /run
ifconfig lo 127.0.0.1 up
result() { echo "RESULT $*"; }

# switch KEY=FILE...: makes a generation of those files, and switches to it as a whole.
switch() {
  OLD=$(readlink $VOLUME/..data)
  GENERATION=$((GENERATION + 1)); NEW=..2026_$GENERATION
  mkdir $VOLUME/$NEW
  for pair in "$@"; do
    cp "${pair#*=}" "$VOLUME/$NEW/${pair%%=*}"
    [ -L "$VOLUME/${pair%%=*}" ] || ln -s "..data/${pair%%=*}" "$VOLUME/${pair%%=*}"
  done
  ln -s $NEW $VOLUME/..data_tmp
  mv -T $VOLUME/..data_tmp $VOLUME/..data
  [ -z "$OLD" ] || rm -r "${VOLUME:?}/$OLD"
}
agent() {
  armorer watch --state $STATE --prefix k8s- --prune --interval 1 --listen 127.0.0.1:9780 --log json $VOLUME /plain >> /log 2>&1 &
  AGENT=$!
}
# within N COMMAND...: waits up to N tenths of a second, and says whether the command holds then.
within() {
  TENTHS=$1; shift
  while [ $TENTHS -gt 0 ]; do
    if "$@"; then echo yes; return; fi
    TENTHS=$((TENTHS - 1)); sleep 0.1
  done
  echo no
}
loaded() { grep -q "^$1 (" $POLICY/profiles; }
gone() { ! loaded "$1"; }
logged() { grep -q "$1" /log; }
# What a process under the profile may do: `rw` in `on k8s-web` to write and read a file, and so on.
on() { armorer exec --profile "$1" -- /bin/busybox sh -c "$2" 2> /dev/null; }
allows() { on k8s-web "echo x > $1"; }
denies() { ! allows "$1"; }
content() { echo "$(cat $POLICY/policy/profiles/$1.*/*sha256 $POLICY/policy/profiles/$1.*/*sha1 2> /dev/null)" | head -n 1; }

cat > /one << 'P'
profile k8s-web {
  /** rix,
  /dev/null rw,
  /data/one w,
  signal receive,
}
P
sed 's/one/two/' /one > /two
printf 'profile k8s-web {\n  /data/** nonsense,\n}\n' > /broken
echo 'profile somebody { }' > /foreign
echo 'profile k8s-new { }' > /new

# The article's walk: the profile is loaded on the node, a process is started under it as the runtime does it, and may not write.
switch web=/one
agent
result loaded $(within 100 loaded k8s-web)
result allowed $(within 1 allows /data/one)
result refused-even-as-root $(id -u) $(within 1 denies /tmp/f)
armorer exec --profile k8s-web -- /bin/busybox sleep 1000 & SLEEPER=$!
result sleeper $(within 50 grep -q k8s-web /proc/$SLEEPER/attr/apparmor/current)
result status $(armorer status --json | grep -c '"command": "busybox"')
armorer status | sed -n 's/^  k8s-web (enforce): .*/yes/p' | sed 's/^/RESULT status-line /'
result metrics $(wget -q -O - http://127.0.0.1:9780/metrics | grep -c '^armorer_profile_loaded{profile="k8s-web"} 1$') $(wget -q -O - http://127.0.0.1:9780/healthz)

# A switch while the process runs: new policy within two seconds, for that process too.
switch web=/two
BEGAN=$(cut -d ' ' -f 1 /proc/uptime)
result switched $(within 100 allows /data/two)
echo "NOTE in force after $(echo "$(cut -d ' ' -f 1 /proc/uptime) $BEGAN" | awk '{ print $1 - $2 }') s"
result switched-away $(within 1 denies /data/one)

# A broken profile keeps the last good one.
switch web=/broken
result broken-told $(within 50 logged '"event":"refused"')
result broken-kept $(within 1 allows /data/two)
switch web=/two web2=/one
result same-name-told $(within 50 logged 'is also defined in')
result same-name-kept $(within 1 allows /data/two)
switch web=/two
rm -f $VOLUME/web2

# Half a file, then all of it.
head -c 15 /new > /plain/new
sleep 1.5
result half $(within 1 gone k8s-new)
cat /new > /plain/new
result whole $(within 50 loaded k8s-new)

# A profile of somebody else's.
armorer load -q /foreign
BEFORE=$(content somebody)
printf 'profile somebody { /** rw, }\n' > /plain/clash
result clash-told $(within 50 logged 'is not one of those that may be loaded')
[ "$(content somebody)" = "$BEFORE" ] && result clash-kept yes
rm /plain/clash

# A full disk: what cannot be remembered is not loaded, and is loaded when there is room.
mount -t tmpfs -o size=64k tmpfs /state
cp /dev/zero /state/filler 2> /dev/null
echo 'profile k8s-late { }' > /plain/late
result full-told $(within 50 logged 'cannot save the names')
result full-not-loaded $(within 1 gone k8s-late)
result full-kept $(within 1 allows /data/two)
rm /state/filler
result full-later $(within 50 loaded k8s-late)
umount /state

# Killed in the middle, again and again.
kill -9 $AGENT
for delay in 0 0.05 0.1 0.15 0.2 0.3; do
  switch web=/one; agent; sleep $delay; kill -9 $AGENT
  switch web=/two; agent; sleep $delay; kill -9 $AGENT
done
wait $AGENT 2> /dev/null
agent
result killed-in-force $(within 100 allows /data/two)
result killed-sleeper $(within 1 grep -q '^k8s-web (enforce)' /proc/$SLEEPER/attr/apparmor/current)
[ "$(ls /state)" = watch.json ] || result killed-left $(ls /state)

# Many switches in a row.
result settled $(within 50 logged '"event":"unchanged"')
i=0
while [ $i -lt $SWAPS ]; do
  i=$((i + 1))
  switch web=/one; switch web=/two
  [ $i = 20 ] && BEFORE=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' /proc/$AGENT/status)
done
result swaps-in-force $(within 100 allows /data/two)
AFTER=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\) kB/\1/p' /proc/$AGENT/status)
echo "NOTE $((SWAPS * 2)) switches; memory before $BEFORE kB, after $AFTER kB"
[ $((AFTER - BEFORE)) -lt 4096 ] && result swaps-memory flat

# What vanished goes only when no task runs under it.
rm $VOLUME/web
switch
result vanished-kept $(within 50 logged 'tasks run under it') $(within 1 loaded k8s-web)
kill $SLEEPER
wait $SLEEPER 2> /dev/null
result vanished-removed $(within 50 gone k8s-web)

# The end: what is loaded stays loaded.
kill $AGENT
wait $AGENT
result ended $?
result left $(within 1 loaded k8s-late)

# By hand.
printf 'profile k8s-once { ^hat { } }\nprofile :space:k8s-spaced { }\n' > /once
armorer replace -q /once
result once-loaded $(within 1 loaded k8s-once) $(within 1 loaded k8s-once//hat) $(within 1 loaded :space:k8s-spaced)
head -n 1 /once > /first
armorer status /first > /dev/null; result no-drift $?
echo 'profile k8s-once { /x r, ^hat { } }' > /other
armorer status /other | sed 's/^/RESULT drift /' | grep other
armorer load -q /first 2>&1 | sed 's/^/RESULT load-again /' | sed 's/:  *a profile.*//'
echo 'profile guarded { /** rix, }' | armorer load -q
armorer exec --profile guarded -- /bin/busybox sleep 1000 & SLEEPER=$!
within 50 grep -q guarded /proc/$SLEEPER/attr/apparmor/current > /dev/null
armorer remove guarded 2> /errors; result guarded $? $(grep -c 'would become unconfined' /errors) $(within 1 loaded guarded)
armorer remove --force guarded; result forced $? $(within 1 gone guarded)
armorer exec --profile nowhere -- /bin/busybox true 2>&1 | sed 's/^/RESULT exec-nowhere /'
armorer remove somebody; result removed $? $(within 1 gone somebody)
armorer remove somebody 2>&1 | sed 's/^/RESULT removed-again /'
armorer remove --from /first; result removed-from $? $(within 1 gone k8s-once//hat)

# A program that confines itself, with a hat.
CONFINED=$(confine); STATUS=$?
result confine $(echo "$CONFINED" | tr "\n" "," | sed "s/,/, /g")$STATUS
