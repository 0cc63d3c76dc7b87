package dev.reeve.e2e;

import dev.reeve.lab.LabNode;
import dev.reeve.lab.Shell;
import java.io.IOException;
import java.nio.file.Files;

/// An image of an app as it should be: it answers many requests on one connection, says which
/// release it is, has a page that takes five seconds, and when it is told to stop it ends what it
/// has begun and says on each connection that this was the last answer. It is haproxy, serving by
/// itself.
final class PoliteApp {
  static final String IMAGE = "polite:1";

  private PoliteApp() {}

  static void importInto(LabNode node) throws IOException {
    var root = Files.createTempDirectory("reeve-polite");
    try {
      Shell.run(
          "sh",
          "-c",
          """
          cd %s && mkdir -p bin etc tmp usr/sbin && cp /usr/sbin/haproxy usr/sbin/
          cp /bin/busybox bin/ && for a in sh sleep; do ln -s busybox bin/$a; done
          for f in $(ldd /usr/sbin/haproxy | grep -o '/[^ ]*'); do mkdir -p .$(dirname $f); cp -L $f .$f; done
          echo 'root:x:0:0:root:/:/bin/sh' > etc/passwd; chmod 1777 tmp
          """
              .formatted(root));
      Files.writeString(
          root.resolve("etc/slow.lua"),
          """
          core.register_service("slow", "http", function(applet)
            core.msleep(5000)
            local body = os.getenv("RELEASE") .. "\\n"
            applet:set_status(200)
            applet:add_header("content-length", string.len(body))
            applet:start_response()
            applet:send(body)
          end)
          """);
      Files.writeString(
          root.resolve("etc/app.cfg"),
          """
          global
            lua-load /etc/slow.lua
            hard-stop-after 20s
          defaults
            mode http
            timeout client 30s
            timeout http-keep-alive 30s
            option idle-close-on-response
          frontend app
            bind :8080
            http-request use-service lua.slow if { path /slow }
            http-request return status 200 content-type text/plain lf-string "%[env(RELEASE)]\\n"
          """);
      Files.writeString(
          root.resolve("bin/app"),
          """
          #!/bin/sh
          /usr/sbin/haproxy -db -f /etc/app.cfg &
          app=$!
          trap 'kill -USR1 $app' TERM
          wait $app
          wait $app
          """);
      Files.writeString(
          root.resolve("bin/upgrade"),
          """
          #!/bin/sh
          while read -r line && [ "$line" != "$(printf '\\r')" ]; do :; done
          printf 'HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\\r\\nConnection: Upgrade\\r\\n\\r\\n'
          exec busybox cat
          """);
      Shell.run("chmod", "755", root.resolve("bin/app").toString());
      Shell.run("chmod", "755", root.resolve("bin/upgrade").toString());
      node.importImage(root, IMAGE, "CMD [\"/bin/app\"]");
    } finally {
      Shell.run("rm", "-rf", root.toString());
    }
  }

  /// Its container in a pod.
  ///
  /// @param release what it says that it is
  static String container(String release) {
    return """
    - name: app
      image: polite:1
      ports: [{name: http, containerPort: 8080}]
      env: [{name: RELEASE, value: %s}]
      readinessProbe: {httpGet: {path: /, port: http}, periodSeconds: 1}
    """
        .formatted(release);
  }
}
