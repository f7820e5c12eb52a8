#!/bin/sh
# Installs the system packages that building and running need and that are
# missing; says what and why. `./task setup` runs it, and every task that
# builds does so first: it is quick when nothing is missing. With arguments it
# sees to those needs instead.
#
# It installs on Debian and Ubuntu, as root or through sudo. Elsewhere it
# prints what to install, and fails if something is missing.
set -eu
cd "$(dirname "$0")/../.."

# --- what is needed ---------------------------------------------------------
# For each need: have_NAME (is it there?), why_NAME, and the packages that
# bring it on each system.

needs=${*:-compiler postgresql}

have_compiler() {
	# Go's own defaults; only the first word of CC and CXX is a program.
	case $(uname -s) in Darwin) cc=clang cxx=clang++ ;; *) cc=gcc cxx=g++ ;; esac
	set -- ${CC:-$cc} && command -v "$1" >/dev/null &&
		set -- ${CXX:-$cxx} && command -v "$1" >/dev/null
}
why_compiler="links DuckDB, the engine with which the runner reads data"

# The server looks in the same places (server/internal/embeddedpg).
have_postgresql() {
	for dir in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/libexec/postgresql* \
		/opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin \
		/Applications/Postgres.app/Contents/Versions/*/bin; do
		[ -x "$dir/initdb" ] && return
	done
	command -v initdb >/dev/null || { dir=$(pg_config --bindir 2>/dev/null) && [ -x "$dir/initdb" ]; }
}
why_postgresql="is the server's database, and that of the tests (version 14 or newer)"

# Its server and its maker of data folders, which asks my_print_defaults; they stand
# in sbin on some systems.
have_mariadb() {
	PATH=$PATH:/usr/sbin:/usr/libexec command -v mariadbd >/dev/null && command -v mariadb-install-db >/dev/null && command -v my_print_defaults >/dev/null
}
why_mariadb="is a database that the runner's tests read from"

have_pdftotext() { command -v pdftotext >/dev/null; }
why_pdftotext="reads what the tests' reports say, as a reader would copy it"

# Debian's own Python has Debian's packages, whatever else is installed.
have_pandas() { /usr/bin/python3 -c "import pandas" 2>/dev/null; }
why_pandas="is measured against in the bench of operations"

have_openpyxl() { /usr/bin/python3 -c "import openpyxl" 2>/dev/null; }
why_openpyxl="reads workbooks for pandas in that bench"

have_sklearn() { /usr/bin/python3 -c "import sklearn" 2>/dev/null; }
why_sklearn="is measured against in the bench of models"

have_node() { command -v node >/dev/null && command -v npm >/dev/null; }
why_node="drives the browser in the stories of the WordPress plugin, and runs DuckDB's own client in the bench of operations"

have_php() {
	command -v php >/dev/null &&
		php -r 'foreach (["mysqli", "mbstring", "dom", "curl", "gd", "intl", "zip"] as $part) { if (!extension_loaded($part)) { exit(1); } }'
}
why_php="runs WordPress and the plugin for their tests (the program for the command line: no web server)"

have_phpunit() { command -v phpunit >/dev/null; }
why_phpunit="tests the plugin's classes inside WordPress"

have_phpcs() { command -v phpcs >/dev/null; }
why_phpcs="checks the plugin's code"

have_chromium() { command -v chromium >/dev/null; }
why_chromium="is the browser of the plugin's stories"

have_gettext() { command -v xgettext >/dev/null && command -v msgfmt >/dev/null; }
why_gettext="collects the plugin's texts and checks their translations"

package() { # need, system
	case $1:$2 in
	compiler:debian) echo g++ ;;
	compiler:fedora) echo gcc-c++ ;;
	compiler:arch) echo gcc ;;
	compiler:macos) echo "the command line tools: xcode-select --install" ;;
	pandas:debian) echo python3-pandas ;;
	openpyxl:debian) echo python3-openpyxl ;;
	sklearn:debian) echo python3-sklearn ;;
	node:debian) echo nodejs npm ;;
	node:*) echo nodejs ;;
	pandas:* | openpyxl:* | sklearn:*) echo "Debian's or Ubuntu's python3-$1: others were not measured" ;;
	php:debian) echo php-cli php-mysql php-mbstring php-xml php-curl php-gd php-intl php-zip ;;
	php:fedora) echo php-cli php-mysqlnd php-mbstring php-xml php-gd php-intl php-zip ;;
	phpunit:fedora) echo phpunit9 ;;
	phpcs:debian) echo php-codesniffer ;;
	phpcs:fedora) echo php-pear-PHP-CodeSniffer ;;
	php:* | phpunit:* | phpcs:* | chromium:* | gettext:*) echo "$1" ;;
	mariadb:arch | mariadb:macos) echo mariadb ;;
	# Without the package around them, which would set up a database that runs from then on.
	mariadb:debian) echo mariadb-server-core mariadb-client-core ;;
	mariadb:*) echo mariadb-server ;;
	pdftotext:debian | pdftotext:fedora) echo poppler-utils ;;
	pdftotext:*) echo poppler ;;
	postgresql:fedora) echo postgresql-server ;;
	postgresql:*) echo postgresql ;;
	esac
}

# --- finding out what is missing --------------------------------------------

missing=
for need in $needs; do
	"have_$need" || missing="$missing $need"
done
[ -n "$missing" ] || exit 0

explain() {
	for need in $missing; do
		eval "why=\$why_$need"
		printf '  %-12s %s\n' "$(package "$need" "$1")" "$why"
	done
}

by_hand() {
	echo "Building and testing DDAP needs what is missing here:"
	for need in $missing; do
		eval "why=\$why_$need"
		echo
		echo "  $need: $why"
		for system in debian fedora arch macos; do
			printf '    %-16s %s\n' "$system" "$(package "$need" "$system")"
		done
	done
	echo
	echo "$1. Please install it, then try again."
	exit 1
} >&2

# --- installing them ----------------------------------------------------------

command -v apt-get >/dev/null || by_hand "This script knows only Debian's and Ubuntu's way to install them"
if [ "$(id -u)" = 0 ]; then
	as_root=
elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
	as_root=sudo
else
	by_hand "Installing them takes root or sudo"
fi

echo "Installing what is missing on this machine, once (about a minute):"
explain debian

packages=
for need in $missing; do
	packages="$packages $(package "$need" debian)"
done

# Debian's package would set up a database that runs from then on. Nothing
# here uses it, so it is told not to; only for the time of this installation.
no_cluster=/etc/postgresql-common/createcluster.d/ddap-setup.conf
case $missing in *postgresql*)
	echo "  (PostgreSQL's programs only: no database is set up, nothing runs in the background)"
	$as_root mkdir -p "${no_cluster%/*}"
	echo "create_main_cluster = false" | $as_root tee "$no_cluster" >/dev/null
	trap '$as_root rm -f "$no_cluster"; $as_root rmdir "${no_cluster%/*}" 2>/dev/null || :' EXIT
	;;
esac

mkdir -p .task
log=.task/setup.log
apt() {
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" >>"$log" 2>&1 </dev/null
}
: >"$log"
if ! { apt update && apt install --yes --no-install-recommends $packages; }; then
	tail -n 20 "$log" >&2
	echo "apt-get failed; all it said is in $log" >&2
	exit 1
fi
for need in $missing; do
	"have_$need" || { echo "$need is still missing after installing $(package "$need" debian); see $log" >&2; exit 1; }
done
echo "Done."
