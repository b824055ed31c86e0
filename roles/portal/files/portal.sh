#!/bin/sh
# The portal's own commands, as its account and with its settings, whoever calls: `portal --help`.
export PORTAL_SETTINGS="${PORTAL_SETTINGS:-/etc/portal/settings.toml}"
if [ "$(id -u)" = 0 ]; then
    exec setpriv --reuid=portal --regid=portal --init-groups --reset-env \
        env PORTAL_SETTINGS="$PORTAL_SETTINGS" /opt/portal/current/bin/portal "$@"
fi
exec /opt/portal/current/bin/portal "$@"
