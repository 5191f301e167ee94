# Configuring and building the release preset. Sourced by bash after packages.sh.

# build_release ROOT [TARGET]: prints to standard error, so that standard output belongs to what is run afterwards.
build_release() {
  local root=$1 target=${2:-all}
  (
    cd "$root"
    cmake --preset release
    cmake --build --preset release --target "$target" --parallel "$(nproc)"
  ) >&2
}
