package dev.reeve.e2e;

import dev.reeve.lab.LabNode;
import dev.reeve.lab.Shell;
import java.io.IOException;
import java.nio.file.Files;

/// An image of the machine's PostgreSQL: it makes its cluster in /data/pg where there is none, and
/// lets everybody in.
final class PostgresImage {
  static final String NAME = "postgres:test";

  private PostgresImage() {}

  static void importInto(LabNode node) throws IOException {
    var root = Files.createTempDirectory("reeve-postgres");
    try {
      Shell.run(
          "sh",
          "-c",
          """
          set -e; pg=$(ls -d /usr/lib/postgresql/* | sort -V | tail -1); v=$(basename $pg)
          cd %s && mkdir -p bin etc tmp data usr/lib/postgresql usr/share/postgresql
          cp -r $pg usr/lib/postgresql/ && cp -r /usr/share/postgresql/$v usr/share/postgresql/
          cp -r /usr/share/zoneinfo usr/share/
          for f in $(ldd $pg/bin/* $pg/lib/*.so 2>/dev/null | grep -o '/[^ ]*' | grep '\\.so' | sort -u); do
            if [ -e $f ]; then mkdir -p .$(dirname $f); cp -L $f .$f; fi
          done
          ln -s /usr/lib/postgresql/$v/bin usr/pg
          cp /bin/busybox bin/; for a in sh sleep mv ls cat mkdir test; do ln -s busybox bin/$a; done
          echo 'postgres:x:999:999:postgres:/data:/bin/sh' > etc/passwd; chmod 1777 tmp
          """
              .formatted(root));
      Files.writeString(
          root.resolve("bin/database"),
          """
          #!/bin/sh
          if ! test -e /data/pg/PG_VERSION; then
            /usr/pg/initdb -D /data/pg.new -U postgres -A trust --no-locale -E UTF8 || exit 1
            echo "host all all all trust" >> /data/pg.new/pg_hba.conf
            mv /data/pg.new /data/pg
          fi
          exec /usr/pg/postgres -D /data/pg -k /tmp -c listen_addresses='*' -c shared_buffers=16MB
          """);
      Shell.run("chmod", "755", root.resolve("bin/database").toString());
      node.importImage(root, NAME, "ENV PATH=/bin:/usr/pg", "CMD [\"database\"]");
    } finally {
      Shell.run("rm", "-rf", root.toString());
    }
  }
}
