# SPDX-License-Identifier: GPL-2.0-only
# bash completion for ptecheck. Made by completions/generate from --help.

_ptecheck() {
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local command="" word options="" commands="" values=""
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$command $word" in
      " check") command=check ;;
      " compare") command=compare ;;
      " synth") command=synth ;;
      " bugs") command=bugs ;;
      " prove") command=prove ;;
      " order") command=order ;;
      " replay") command=replay ;;
      " explain") command=explain ;;
      " run") command=run ;;
      " list") command=list ;;
      " kernel") command=kernel ;;
      "kernel tools") command="kernel tools" ;;
      "kernel get") command="kernel get" ;;
    esac
  done
  case "$command" in
    "")
      options="--help --version"
      commands="check compare synth bugs prove order replay explain run list kernel"
      case "$before" in
      esac
      ;;
    "check")
      options="--help --policy --mutant --rule --arch --family --pages --random --seed --deviations --jobs --share --kernel --patch --cache --agree --events --format --strict --exit-style --html --concurrent --actors --folio --bound --memory"
      case "$before" in
        --share) return ;;
        --seed) return ;;
        --rule) values=$(ptecheck list rules 2>/dev/null | sed -n "s/^\([^ ][^ ]*\) .*/\1/p") ;;
        --random) return ;;
        --policy) values=$(ptecheck list policies 2>/dev/null | sed -n "s/^\([^ ][^ ]*\) .*/\1/p") ;;
        --patch) COMPREPLY=($(compgen -f -- "$current")); return ;;
        --pages) return ;;
        --mutant) values=$(ptecheck list mutants 2>/dev/null | sed -n "s/^\([^ ][^ ]*\) .*/\1/p") ;;
        --memory) return ;;
        --kernel) COMPREPLY=($(compgen -d -- "$current")); return ;;
        --jobs) return ;;
        --html) COMPREPLY=($(compgen -d -- "$current")); return ;;
        --format) values="text json ktap sarif" ;;
        --folio) return ;;
        --family) return ;;
        --exit-style) values="standard kselftest" ;;
        --events) return ;;
        --deviations) return ;;
        --cache) COMPREPLY=($(compgen -d -- "$current")); return ;;
        --bound) return ;;
        --arch) values=$(ptecheck list archs 2>/dev/null | sed -n "s/^\([^ ][^ ]*\) .*/\1/p") ;;
      esac
      ;;
    "compare")
      options="--help --patch --cache --rule --arch --family --mix --show-mix --backport --changes --pages --deviations --random --seed --jobs --format --strict --exit-style"
      case "$before" in
        --seed) return ;;
        --rule) values=$(ptecheck list rules 2>/dev/null | sed -n "s/^\([^ ][^ ]*\) .*/\1/p") ;;
        --random) return ;;
        --patch) COMPREPLY=($(compgen -f -- "$current")); return ;;
        --pages) return ;;
        --mix) COMPREPLY=($(compgen -f -- "$current")); return ;;
        --jobs) return ;;
        --format) values="text json" ;;
        --family) return ;;
        --exit-style) values="standard kselftest" ;;
        --deviations) return ;;
        --changes) return ;;
        --cache) COMPREPLY=($(compgen -d -- "$current")); return ;;
        --backport) return ;;
        --arch) values=$(ptecheck list archs 2>/dev/null | sed -n "s/^\([^ ][^ ]*\) .*/\1/p") ;;
      esac
      ;;
    "synth")
      options="--help --case --arch --no-shadow-stacks --jobs --format"
      case "$before" in
        --jobs) return ;;
        --format) values="text json markdown" ;;
        --case) return ;;
        --arch) values=$(ptecheck list archs 2>/dev/null | sed -n "s/^\([^ ][^ ]*\) .*/\1/p") ;;
      esac
      ;;
    "bugs")
      options="--help --jobs --format"
      case "$before" in
        --jobs) return ;;
        --format) values="text json markdown" ;;
      esac
      ;;
    "prove")
      options="--help --arch --lemma --history --jobs --kernel --patch --cache --format --strict --exit-style --verbose"
      case "$before" in
        --patch) COMPREPLY=($(compgen -f -- "$current")); return ;;
        --lemma) values=$(ptecheck list lemmas 2>/dev/null | sed -n "s/^\([^ ][^ ]*\) .*/\1/p") ;;
        --kernel) COMPREPLY=($(compgen -d -- "$current")); return ;;
        --jobs) return ;;
        --format) values="text json" ;;
        --exit-style) values="standard kselftest" ;;
        --cache) COMPREPLY=($(compgen -d -- "$current")); return ;;
        --arch) values=$(ptecheck list archs 2>/dev/null | sed -n "s/^\([^ ][^ ]*\) .*/\1/p") ;;
      esac
      ;;
    "order")
      options="--help --model --without --format"
      case "$before" in
        --without) return ;;
        --model) return ;;
        --format) values="text json markdown" ;;
      esac
      ;;
    "replay")
      options="--help --kernel --patch --cache --at --format --strict --exit-style"
      case "$before" in
        --patch) COMPREPLY=($(compgen -f -- "$current")); return ;;
        --kernel) COMPREPLY=($(compgen -d -- "$current")); return ;;
        --format) values="text json" ;;
        --exit-style) values="standard kselftest" ;;
        --cache) COMPREPLY=($(compgen -d -- "$current")); return ;;
      esac
      ;;
    "explain")
      options="--help --policy --mutant --arch --kernel --patch --cache --at --html --strict --exit-style"
      case "$before" in
        --policy) values=$(ptecheck list policies 2>/dev/null | sed -n "s/^\([^ ][^ ]*\) .*/\1/p") ;;
        --patch) COMPREPLY=($(compgen -f -- "$current")); return ;;
        --mutant) values=$(ptecheck list mutants 2>/dev/null | sed -n "s/^\([^ ][^ ]*\) .*/\1/p") ;;
        --kernel) COMPREPLY=($(compgen -d -- "$current")); return ;;
        --html) COMPREPLY=($(compgen -d -- "$current")); return ;;
        --exit-style) values="standard kselftest" ;;
        --cache) COMPREPLY=($(compgen -d -- "$current")); return ;;
        --arch) values=$(ptecheck list archs 2>/dev/null | sed -n "s/^\([^ ][^ ]*\) .*/\1/p") ;;
      esac
      ;;
    "run")
      options="--help --policy --mutant --arch --kernel --patch --cache --format --strict --exit-style"
      case "$before" in
        --policy) values=$(ptecheck list policies 2>/dev/null | sed -n "s/^\([^ ][^ ]*\) .*/\1/p") ;;
        --patch) COMPREPLY=($(compgen -f -- "$current")); return ;;
        --mutant) values=$(ptecheck list mutants 2>/dev/null | sed -n "s/^\([^ ][^ ]*\) .*/\1/p") ;;
        --kernel) COMPREPLY=($(compgen -d -- "$current")); return ;;
        --format) values="text json" ;;
        --exit-style) values="standard kselftest" ;;
        --cache) COMPREPLY=($(compgen -d -- "$current")); return ;;
        --arch) values=$(ptecheck list archs 2>/dev/null | sed -n "s/^\([^ ][^ ]*\) .*/\1/p") ;;
        -*) ;;
        *) [[ $current == -* ]] || { COMPREPLY=($(compgen -f -- "$current")); return; } ;;
      esac
      ;;
    "list")
      options="--help --format"
      case "$before" in
        --format) values="text json" ;;
        -*) ;;
        *) commands="policies rules mutants archs lemmas" ;;
      esac
      ;;
    "kernel")
      options="--help"
      commands="tools get"
      case "$before" in
      esac
      ;;
    "kernel tools")
      options="--help --arch --dry-run --exit-style"
      case "$before" in
        --exit-style) values="standard kselftest" ;;
        --arch) values=$(ptecheck list archs 2>/dev/null | sed -n "s/^\([^ ][^ ]*\) .*/\1/p") ;;
      esac
      ;;
    "kernel get")
      options="--help --cache --exit-style"
      case "$before" in
        --exit-style) values="standard kselftest" ;;
        --cache) COMPREPLY=($(compgen -d -- "$current")); return ;;
      esac
      ;;
  esac
  if [ -n "$values" ]; then
    COMPREPLY=($(compgen -W "$values" -- "$current"))
  elif [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
  else
    COMPREPLY=($(compgen -W "$commands" -- "$current"))
  fi
}
complete -o default -F _ptecheck ptecheck
