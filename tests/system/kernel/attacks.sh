# Runs inside the machine: the functions that try one attack each. Prints `RESULT HOW NAME: OUTCOME`. The attacks are in /attacks,
# canaries that are all different in /canaries. With UNCHECKED=1 armorer is not asked.
export PATH=/applets:/bin
POLICY=/sys/kernel/security/apparmor
NUMBER=0
echo 0 > /proc/sys/kernel/printk_ratelimit
write() { dd if="$2" of=$POLICY/.$1 bs=16M 2> /dev/null; }
remove() { printf '%s' "$1" | dd of=$POLICY/.remove bs=16M 2> /dev/null; }
next() { NUMBER=$((NUMBER + 1)); }
canary() { next; write replace /canaries/$NUMBER; }
replace() { if [ $UNCHECKED = 1 ]; then write replace "$1"; else armorer replace -q "$1" > /said 2>&1; fi; }
unload() {
  sed -n '/^canary (/d; /^spare (/d; s/ ([a-z]*)$//p' $POLICY/profiles > /names
  while IFS= read -r name; do remove "$name"; done < /names
  rmdir $POLICY/policy/namespaces/* 2> /dev/null
}
list() { sort $POLICY/profiles; }

# The attack with the checks, and without.
try_attack() {
  list > /before
  if replace "/attacks/$1"; then outcome=loaded; else outcome=$(sed -n 's/.*\(\[[a-z-]*\]\)$/\1/p' /said | head -n 1); fi
  list > /after
  cmp -s /before /after && same=same || same=changed
  if canary; then after=canary; else after=wedged; recover; fi
  echo "RESULT armorer $1: $outcome $same $after"
  unload
  list > /before
  if write replace "/attacks/$1"; then outcome=loaded; else outcome=refused; fi
  list > /after
  cmp -s /before /after && outcome="$outcome same" || outcome="$outcome changed"
  if canary; then after=canary; else
    next
    if armorer replace -q /canaries/$NUMBER; then after="wedged recovered"; else after=wedged; recover; fi
  fi
  echo "RESULT kernel $1: $outcome $after"
  unload
}
try_harmless() {
  if replace "/attacks/$1"; then outcome=loaded; else outcome=$(cat /said); fi
  if canary; then after=canary; else after=wedged; recover; fi
  echo "RESULT armorer $1: $outcome $after"
  unload
}
# What every kernel takes as a cure.
recover() { remove spare; armorer replace -q /spare; }

write replace /canaries/0
write replace /spare
armorer exec --profile canary -- /bin/busybox sleep 100000 &
SLEEPER=$!
until grep -q canary /proc/$SLEEPER/attr/current; do sleep 0.1; done
