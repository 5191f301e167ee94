#!/bin/sh
# Runs a test on an X server of its own. 77, which ctest takes for skipped, where there is none.
command -v xvfb-run >/dev/null 2>&1 && command -v xauth >/dev/null 2>&1 || exit 77
QT_QPA_PLATFORM=xcb exec xvfb-run -a -s "-screen 0 1600x1000x24" "$@"
