# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Sourced by ./run and ./test: makes sure that Debian packages are installed, by name, saying what it does.

# What ptecheck needs to build and run; what it needs on top to configure and compile a kernel tree.
build_packages=(g++ cmake ninja-build libfmt-dev libcli11-dev nlohmann-json3-dev libgtest-dev libbenchmark-dev
  libz3-dev llvm-14-dev zlib1g-dev)
kernel_packages=(gcc make flex bison bc libelf-dev libssl-dev patch xz-utils binutils)
# To run a tree of another architecture: cross compilers and user-mode emulation. `prove --kernel` reads clang's code.
cross_packages=(gcc-aarch64-linux-gnu gcc-s390x-linux-gnu gcc-powerpc64le-linux-gnu gcc-riscv64-linux-gnu qemu-user clang-14
  libc6-dev-arm64-cross libc6-dev-s390x-cross libc6-dev-ppc64el-cross libc6-dev-riscv64-cross)
# SPIN and rumur search what our search does, and have to count the same (bench/compare_search); the kernel's own
# kunit.py reads KTAP; groff and zsh say whether the man page and a completion are well-formed; chromium shows pages,
# and poppler-utils reads what it prints.
test_packages=(clang-14 clang-format-14 clang-tidy-14 git spin rumur python3 groff-base zsh chromium poppler-utils)

# install_packages NAME...: installs those that are missing; silent if none is.
install_packages() {
  local missing=() name
  for name in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
      echo "ptecheck: these Debian packages are missing: ${missing[*]}" >&2
      echo "ptecheck: install them as root: apt-get install ${missing[*]}" >&2
      return 129
    fi
    as_root=(sudo)
  fi
  echo "ptecheck: installing Debian packages: ${missing[*]}" >&2
  "${as_root[@]}" apt-get update -qq >&2 &&
    DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
}

# build PRESET [TARGET...]: configures and builds, quietly unless something fails or a terminal watches.
build() {
  local preset=$1 log
  shift
  log=$(mktemp)
  if [ -t 2 ]; then echo "ptecheck: building ($preset)" >&2; fi
  if ! { cmake --preset "$preset" && cmake --build --preset "$preset" ${1:+--target "$@"}; } >"$log" 2>&1; then
    tail -n 60 "$log" >&2
    echo "ptecheck: the build failed; its last lines are above" >&2
    rm -f "$log"
    return 130
  fi
  rm -f "$log"
}
