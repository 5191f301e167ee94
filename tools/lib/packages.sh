# The Debian and Ubuntu packages that building, testing and running need, and how they get installed. Sourced by bash.

faultline_packages=(
  g++
  cmake
  ninja-build
  ccache
  libboost-dev # Boost.Graph is headers only
  libyaml-cpp-dev
  nlohmann-json3-dev
  libcli11-dev
  libfmt-dev
  libspdlog-dev
  libbenchmark-dev
  qt6-base-dev
  qt6-svg-dev
  libqt6opengl6-dev # without it Qt Charts is not found
  qt6-charts-dev
  libqt6svg6
  fonts-inter # goes into the studio's binary
  fonts-dejavu-core
  xvfb
  xauth # xvfb-run needs it
)

# Prints the packages of the list that are not installed.
missing_packages() {
  local package
  for package in "${faultline_packages[@]}"; do
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || echo "$package"
  done
}

# ensure_packages yes|no: installs what is missing. Asks before it uses sudo, unless told yes.
ensure_packages() {
  local assume_yes=$1 missing answer as_root=()
  if ! command -v dpkg-query >/dev/null; then
    echo "This is no Debian or Ubuntu; going on with what is installed." >&2
    return
  fi
  # Word splitting is meant; process substitution would need /dev/fd, which a bare chroot may lack.
  missing=($(missing_packages))
  ((${#missing[@]})) || return 0

  echo "Missing packages: ${missing[*]}" >&2
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      echo "Install them as root: apt-get install --no-install-recommends ${missing[*]}" >&2
      return 1
    fi
    if [[ $assume_yes != yes ]]; then
      read -r -p "Install them with sudo apt-get? [y/N] " answer || answer=no
      if [[ $answer != [yY]* ]]; then
        echo "Nothing installed, nothing built. Option --yes installs without asking." >&2
        return 1
      fi
    fi
    as_root=(sudo)
  fi
  "${as_root[@]}" apt-get update -q >&2
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends "${missing[@]}" >&2
}
