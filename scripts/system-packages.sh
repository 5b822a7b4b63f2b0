#!/usr/bin/env bash
# What the tests need from the system: chromium, Chinese fonts, LibreOffice. Installs what is missing
# where it can (root on Debian); elsewhere the tests that need it say so and are skipped.
set -u
missing=()
command -v chromium >/dev/null 2>&1 || missing+=(chromium)
command -v soffice >/dev/null 2>&1 || missing+=(libreoffice-writer)
fc-list :lang=zh 2>/dev/null | grep -q . || missing+=(fonts-noto-cjk fontconfig)
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing ${missing[*]} for the browser and Word tests ..."
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null 2>&1 ||
    echo "could not install ${missing[*]}; tests that need them will be skipped" >&2
else
  echo "not installed: ${missing[*]}; tests that need them will be skipped" >&2
fi
exit 0
