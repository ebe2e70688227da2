# docker build -t drift-detector . && docker run -p 8080:8080 drift-detector
#
# The image stands in every pod that is watched, so it holds an interpreter, its libraries and the sidecar, and nothing else:
# no shell, no package manager, nothing to patch that does not run. It runs as a user of its own and writes no file.
FROM python:3.12-slim-bookworm AS build
ENV PYTHONDONTWRITEBYTECODE=1
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends binutils >/dev/null
COPY requirements.txt .
RUN python -m venv --without-pip /opt/venv \
 && pip --python /opt/venv/bin/python install -q --no-cache-dir --no-compile --require-hashes -r requirements.txt

# Off with what a server never opens: tests, stubs, the sources and symbols of compiled modules, and of scipy everything but
# scipy.special. The libraries in *.libs stay whole: they were patched when their wheels were made, and strip breaks them.
RUN cd /opt/venv/lib/python3.12/site-packages \
 && find . -type d -name tests -prune -exec rm -rf {} + \
 && find . -type f \( -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.c' -o -name '*.h' -o -name '*.a' \) -delete \
 && find scipy -mindepth 1 -maxdepth 1 -type d ! -name special ! -name _lib -exec rm -rf {} + \
 && find . -type f -name '*.so' ! -path '*.libs/*' -exec strip --strip-unneeded {} +

COPY baseline_data.json /app/
COPY sidecar /app/sidecar

# Byte code, made here because a read-only root cannot keep any: of the modules that the sidecar imports, the standard library's
# too, which the base image ships as source. Half a core would otherwise spend seconds of every start on compiling them.
WORKDIR /app
RUN /opt/venv/bin/python -c "import importlib, pkgutil, sys, encodings.idna, yaml, pyroute2.nftables.main, sidecar; \
names = [m.name for m in pkgutil.walk_packages(sidecar.__path__, 'sidecar.') if not m.name.endswith('.__main__')]; \
modules = [importlib.import_module(name) for name in names] and list(sys.modules.values()); \
print(*{f for m in modules if (f := getattr(m, '__file__', None) or '').endswith('.py')}, sep='\n')" >/tmp/used \
 && find /app -name __main__.py >>/tmp/used \
 && PYTHONPYCACHEPREFIX=/opt/bytecode /opt/venv/bin/python -m compileall -q --invalidation-mode unchecked-hash -i /tmp/used

# The root of the image: the interpreter, its library less what a server never imports, and the shared libraries that ldd names.
RUN mkdir -p /image/etc/ssl/certs /image/tmp && chmod 1777 /image/tmp \
 && echo 'sidecar:x:10001:10001::/nonexistent:/nonexistent' >/image/etc/passwd \
 && echo 'sidecar:x:10001:' >/image/etc/group \
 && echo 'hosts: files dns' >/image/etc/nsswitch.conf \
 && cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ \
 && cp -a /etc/ld.so.conf /etc/ld.so.conf.d /image/etc/ \
 && tar -C / -c --exclude='lib/python3.12/site-packages' --exclude='lib/python3.12/config-*' --exclude='lib/python3.12/test' \
      --exclude=ensurepip --exclude=idlelib --exclude=lib2to3 --exclude=pydoc_data --exclude=tkinter --exclude=turtledemo \
      usr/local/bin/python usr/local/bin/python3 usr/local/bin/python3.12 usr/local/lib | tar -x -C /image \
 && tar -C / -c opt app | tar -x -C /image \
 && find /image -type f \( -name '*.so*' -o -name python3.12 \) -exec ldd {} + 2>/dev/null \
  | awk '/=> \//{print $3} /^\t\//{print $1}' | grep -E '^/(usr/)?lib' | sort -u | sed 's#^/##' | tar -C / -c -h -T - | tar -x -C /image \
 && ldconfig -r /image

FROM scratch
COPY --from=build /image /
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
