# Sourced by the launcher and by script/test: how what is missing is installed. The sourcing script
# is called $me in messages.
# shellcheck shell=bash

say() { printf '%s: %s\n' "$me" "$*" >&2; }
fail() { say "$*"; exit 1; }

# What is missing is installed from the distribution's packages, as root, and said.
install() { # WHY PACKAGE...
  local why=$1
  shift
  if ! command -v apt-get >/dev/null 2>&1; then
    fail "this is no Debian or Ubuntu; install by hand: $* ($why)"
  fi
  if [ "$(id -u)" != 0 ]; then
    fail "not root; install first: apt-get install $* ($why)"
  fi
  say "installing $* ($why)"
  local log
  log=$(mktemp)
  if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } >"$log" 2>&1; then
    tail -5 "$log" >&2
    rm -f "$log"
    fail "could not install $*; see above"
  fi
  rm -f "$log"
}

java_of() { [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] && "$1/bin/java" -version 2>&1 | head -1 | grep -q '"25[".]'; }

find_java() {
  local each
  for each in "${JAVA_HOME:-/none}" /usr/lib/jvm/*25*; do
    if java_of "$each"; then
      printf '%s' "$each"
      return 0
    fi
  done
  return 1
}

# Finds a JDK 25, or installs the distribution's where it has one.
need_java() {
  local jdk
  if ! jdk=$(find_java); then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
      apt-get update -qq >/dev/null 2>&1 || true
      apt-cache show openjdk-25-jdk-headless >/dev/null 2>&1 ||
        fail "needs a JDK 25, and this distribution has no package of it; install one (Temurin 25, say) and set JAVA_HOME"
    fi
    install "Reeve is written in Java 25" openjdk-25-jdk-headless
    jdk=$(find_java) || fail "needs a JDK 25; install one and set JAVA_HOME"
  fi
  export JAVA_HOME=$jdk
}
