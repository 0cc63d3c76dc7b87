package dev.reeve.agent.node.network;

import dev.reeve.agent.mind.RouteTable;
import dev.reeve.wire.ConfigContent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.SortedSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// haproxy, which answers for the Ingresses on every node. It runs by itself and outlives the
/// agent; a change is a reload, in which the new process takes over the open sockets of the old
/// one, which ends when its last connection does.
///
/// Confined to one thread, but for [#keep].
final class IngressProxy {
  private static final Logger LOG = LoggerFactory.getLogger(IngressProxy.class);
  private static final String PROGRAM = "haproxy";

  private final Path folder;
  private final Path certificates;
  private final Path configuration;
  private final Path pidFile;

  /// @param folder in memory: it has the keys of certificates
  IngressProxy(Path folder) {
    this.folder = folder;
    certificates = folder.resolve("certs");
    configuration = folder.resolve("haproxy.cfg");
    pidFile = folder.resolve("haproxy.pid");
  }

  /// The content of a certificate, before the routes that name it are set.
  void keep(ConfigContent content) throws IOException {
    var certificate = content.data().get("tls.crt");
    var key = content.data().get("tls.key");
    if (certificate == null || key == null) {
      LOG.warn("{} is no certificate: it has no tls.crt and tls.key", content.use().key());
      return;
    }
    makeFolders();
    var file = folder.resolve("kept").resolve(ProxyConfig.fileName(content.use()));
    var text = certificate.toUtf8().stripTrailing() + "\n" + key.toUtf8().stripTrailing() + "\n";
    write(file, text);
  }

  private void makeFolders() throws IOException {
    for (Path each : new Path[] {folder, folder.resolve("kept"), certificates}) {
      Files.createDirectories(each);
      Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwx------"));
    }
  }

  private static void write(Path file, String text) throws IOException {
    var half = file.resolveSibling(file.getFileName() + ".half");
    Files.deleteIfExists(half);
    Files.createFile(
        half, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(half, text.getBytes(StandardCharsets.UTF_8));
    Files.move(half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /// Brings it to what these routes ask for.
  void set(RouteTable routes) throws NetworkException {
    if (routes.ingresses().isEmpty()) {
      stop();
      return;
    }
    if (!Programs.has(PROGRAM)) {
      throw new NetworkException("Ingresses are not served: haproxy is not installed");
    }
    try {
      makeFolders();
      var wanted = ProxyConfig.of(routes, folder);
      boolean certsDiffer = setCertificates(wanted.certificates());
      var text = Files.isRegularFile(configuration) ? Files.readString(configuration) : "";
      boolean isSame = !certsDiffer && wanted.text().equals(text);
      if (isSame && process().isPresent()) {
        return;
      }
      var next = folder.resolve("next.cfg");
      write(next, wanted.text());
      Programs.run("", PROGRAM, "-c", "-f", next.toString());
      Files.move(
          next, configuration, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      startOrReload();
    } catch (IOException e) {
      throw new NetworkException("Ingresses cannot be served: " + e.getMessage(), e);
    }
  }

  /// Whether the proxy has other certificates to read now.
  private boolean setCertificates(SortedSet<String> wanted) throws IOException {
    boolean differs = false;
    for (String name : wanted) {
      var kept = folder.resolve("kept").resolve(name);
      var used = certificates.resolve(name);
      if (!Files.exists(kept)) {
        throw new IOException("a certificate is not here yet");
      }
      if (!Files.exists(used)) {
        write(used, Files.readString(kept));
        differs = true;
      }
    }
    for (Path shelf : new Path[] {certificates, folder.resolve("kept")}) {
      try (var files = Files.list(shelf)) {
        for (Path each : files.toList()) {
          if (!wanted.contains(each.getFileName().toString())) {
            Files.delete(each);
            differs |= shelf.equals(certificates);
          }
        }
      }
    }
    return differs;
  }

  private void startOrReload() throws NetworkException, IOException {
    var process = process();
    if (process.isPresent()) {
      Programs.run("", "kill", "-USR2", Long.toString(process.get().pid()));
      return;
    }
    Files.deleteIfExists(pidFile);
    Programs.run(
        "",
        "setsid",
        PROGRAM,
        "-W",
        "-D",
        "-f",
        configuration.toString(),
        "-p",
        pidFile.toString());
    LOG.info("Ingresses are served on the ports 80 and 443");
  }

  /// Our haproxy, and no other process that has its number now.
  private Optional<ProcessHandle> process() throws IOException {
    if (!Files.isRegularFile(pidFile)) {
      return Optional.empty();
    }
    var text = Files.readString(pidFile).strip().lines().findFirst().orElse("");
    if (!text.matches("[0-9]+")) {
      return Optional.empty();
    }
    var commandLine = Path.of("/proc", text, "cmdline");
    return Files.isReadable(commandLine)
            && Files.readString(commandLine).contains(configuration.toString())
        ? ProcessHandle.of(Long.parseLong(text))
        : Optional.empty();
  }

  void stop() {
    try {
      process().ifPresent(ProcessHandle::destroy);
      Files.deleteIfExists(pidFile);
      Files.deleteIfExists(configuration);
    } catch (IOException e) {
      LOG.warn("haproxy is not stopped: {}", e.getMessage());
    }
  }
}
