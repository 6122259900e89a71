# Start a user's systemd where `systemctl --user` finds it, and let it keep a schedule: sh user_systemd.sh PYTHON
set -eu
mount -t tmpfs none /run
mkdir -p /run/systemd/system /run/runtime
chmod 700 /run/runtime
export XDG_RUNTIME_DIR=/run/runtime XDG_DATA_HOME="$WORLD/data"
/lib/systemd/systemd --user >"$WORLD/systemd.log" 2>&1 &
tries=0
until systemctl --user show-environment >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || { cat "$WORLD/systemd.log" >&2; exit 1; }
    sleep 0.2
done
exec "$1" -m tests.pipeline.schedule.keep_a_timer
