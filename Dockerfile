# docker build -t drift-detector . && docker run -p 8080:8080 drift-detector
#
# The image stands in every pod that is watched, so it holds an interpreter, its libraries and the sidecar, and nothing else:
# no shell, no package manager, nothing to patch that does not run. It runs as a user of its own and writes no file.
#
# The same sources on the same base make the same bytes: what a hash seed, a clock or the order of a folder could change is fixed.
FROM python:3.12-slim-bookworm AS build
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONHASHSEED=0
# strip is all that is used of it, and a version that is pinned is gone from the mirrors with the next one.
# hadolint ignore=DL3008
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends binutils >/dev/null && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY requirements.txt ./
RUN python -m venv --without-pip /opt/venv \
 && pip --python /opt/venv/bin/python install -q --no-cache-dir --no-compile --require-hashes -r requirements.txt \
 && find /opt/venv/bin -type f -delete

# Off with what a server never opens: tests, stubs, the sources and symbols of compiled modules, and of scipy everything but
# scipy.special. The libraries in *.libs stay whole: they were patched when their wheels were made, and strip breaks them.
# What says which packages these are, *.dist-info, stays for those who look for vulnerable ones.
WORKDIR /opt/venv/lib/python3.12/site-packages
RUN find . -type d -name tests -prune -exec rm -rf {} + \
 && find . -type f \( -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.c' -o -name '*.h' -o -name '*.a' \) -delete \
 && find scipy -mindepth 1 -maxdepth 1 -type d ! -name special ! -name _lib -exec rm -rf {} + \
 && find . -type f -name '*.so' ! -path '*.libs/*' -exec strip --strip-unneeded {} +

WORKDIR /app
COPY baseline_data.json ./
COPY sidecar ./sidecar

# Byte code, made here because a read-only root cannot keep any: of the packages as a whole, for some modules are tried and do
# without, and of those modules of the standard library that are imported, which the base image ships as source. Half a core
# would otherwise spend seconds of every start on compiling them. Whatever the trimming took too much of fails here.
RUN /opt/venv/bin/python -c "import importlib, pkgutil, sys, encodings.idna, pyroute2.nftables.main, sidecar; \
from importlib.metadata import packages_distributions as installed; \
ours = [m.name for m in pkgutil.walk_packages(sidecar.__path__, 'sidecar.') if not m.name.endswith('.__main__')]; \
theirs = [name for name in sorted(installed()) if name.isidentifier()]; \
modules = [importlib.import_module(name) for name in ours + theirs] and list(sys.modules.values()); \
print(*sorted({f for m in modules if (f := getattr(m, '__file__', None) or '').endswith('.py')}), sep='\n')" >/tmp/used \
 && find /app -name __main__.py | sort >>/tmp/used \
 && PYTHONPYCACHEPREFIX=/opt/bytecode /opt/venv/bin/python -m compileall -q --invalidation-mode unchecked-hash -i /tmp/used \
      /opt/venv/lib/python3.12/site-packages /usr/local/lib/python3.12/encodings

# The root of the image: the interpreter, its library less what a server never imports, and the shared libraries that ldd names.
RUN mkdir -p /image/etc/ssl/certs /image/usr/lib/x86_64-linux-gnu /image/tmp && chmod 1777 /image/tmp \
 && cp -a --parents /usr/lib/os-release /usr/lib64 /image/ && rm -rf /image/usr/lib64/* \
 && ln -s usr/lib /image/lib && ln -s usr/lib64 /image/lib64 && ln -s ../usr/lib/os-release /image/etc/os-release \
 && echo 'sidecar:x:10001:10001::/nonexistent:/nonexistent' >/image/etc/passwd \
 && echo 'sidecar:x:10001:' >/image/etc/group \
 && echo 'hosts: files dns' >/image/etc/nsswitch.conf \
 && cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ \
 && cp -a /etc/ld.so.conf /etc/ld.so.conf.d /image/etc/ \
 && tar -C / -c --exclude=__pycache__ --exclude='lib/python3.12/site-packages' --exclude='lib/python3.12/config-*' \
      --exclude='lib/python3.12/test' --exclude=ensurepip --exclude=idlelib --exclude=lib2to3 --exclude=pydoc_data \
      --exclude=tkinter --exclude=turtledemo \
      usr/local/bin/python usr/local/bin/python3 usr/local/bin/python3.12 usr/local/lib | tar -x -C /image \
 && tar -C / -c opt app | tar -x -C /image \
 && { find /image -type f \( -name '*.so*' -o -name python3.12 \) -exec ldd {} + 2>/dev/null || true; } \
  | awk '/=> \//{print $3} /^\t\//{print $1}' | grep -E '^/(usr/)?lib' | sort -u \
  | while read -r name; do echo "$(realpath "${name%/*}")/${name##*/}"; realpath "$name"; done | sort -u >/tmp/libraries \
 && sed 's#^/##' /tmp/libraries | tar -C / -c -T - | tar -x -C /image \
 && ldconfig -r /image && rm -rf /image/var/cache

# And what came from where, for scanners: of Debian's packages one file each, the sums of those of their files that are here,
# and their licences; and the interpreter, which is nobody's package.
RUN python -c "import json, platform; v = platform.python_version(); print(json.dumps({'bomFormat': 'CycloneDX', \
'specVersion': '1.5', 'version': 1, 'components': [{'type': 'application', 'name': 'python', 'version': v, \
'purl': f'pkg:generic/python@{v}', 'cpe': f'cpe:2.3:a:python:python:{v}:*:*:*:*:*:*:*'}]}))" >/image/usr/local/python.cdx.json \
 && mkdir -p /image/var/lib/dpkg/status.d \
 && while read -r name; do dpkg -S "$name" 2>/dev/null || dpkg -S "${name#/usr}"; done </tmp/libraries | cut -d: -f1 >/tmp/owners \
 && for package in base-files ca-certificates $(sort -u /tmp/owners); do \
      dpkg-query -s "$package" >"/image/var/lib/dpkg/status.d/$package"; \
      find /var/lib/dpkg/info \( -name "$package.md5sums" -o -name "$package:*.md5sums" \) -exec cat {} + \
       | while read -r sum path; do [ ! -f "/image/$path" ] || echo "$sum  $path"; done >"/image/var/lib/dpkg/status.d/$package.md5sums"; \
      install -D -m 644 "/usr/share/doc/$package/copyright" "/image/usr/share/doc/$package/copyright"; done

ARG SOURCE_DATE_EPOCH=1767225600
RUN find /image -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +

FROM scratch
COPY --from=build /image /
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="drift-detector" \
      org.opencontainers.image.description="A sidecar that relays a model's traffic unchanged and tells when its data has drifted" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION"
ENV PATH=/opt/venv/bin:/usr/local/bin LANG=C.UTF-8 SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
    PYTHONPATH=/app PYTHONPYCACHEPREFIX=/opt/bytecode PYTHONUNBUFFERED=1
WORKDIR /app
USER 10001:10001
# 8000 the model's traffic, 8080 the monitor, 8081 the relay's probes
EXPOSE 8000 8080 8081
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["python", "-S", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8080, timeout=2); c.request('GET', '/monitor/health'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["python", "-m", "sidecar"]
CMD ["run"]
