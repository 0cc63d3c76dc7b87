package dev.reeve.agent.node.network;

import dev.reeve.agent.mind.RouteTable;
import dev.reeve.wire.ConfigContent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
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
  private static final Duration UNUSED = Duration.ofMinutes(1);

  private final Path folder;
  private final Path certificates;
  private final Path configuration;
  private final Path pidFile;
  private final Set<String> refused = new HashSet<>();
  private String refusedConfiguration = "";

  /// @param folder in memory: it has the keys of certificates
  IngressProxy(Path folder) {
    this.folder = folder;
    certificates = folder.resolve("certs");
    configuration = folder.resolve("haproxy.cfg");
    pidFile = folder.resolve("haproxy.pid");
  }

  ProxyStatistics statistics() {
    return new ProxyStatistics(folder.resolve("admin.sock"));
  }

  /// The content of a certificate, before the routes that name it are set.
  synchronized void keep(ConfigContent content) throws IOException {
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
      boolean certsDiffer = setCertificates(ProxyConfig.certificates(routes));
      var text = Files.isRegularFile(configuration) ? Files.readString(configuration) : "";
      var wanted = ProxyConfig.of(routes, folder, hasCertificates());
      if (!wanted.equals(text)) {
        wanted = accepted(routes, wanted);
      }
      if (!certsDiffer && wanted.equals(text) && process().isPresent()) {
        return;
      }
      var next = folder.resolve("next.cfg");
      write(next, wanted);
      Files.move(
          next, configuration, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      startOrReload();
    } catch (IOException e) {
      throw new NetworkException("Ingresses cannot be served: " + e.getMessage(), e);
    }
  }

  /// What the proxy takes: the configuration that is wanted, or else that without the headers of
  /// rollouts.
  private String accepted(RouteTable routes, String wanted) throws NetworkException, IOException {
    try {
      check(wanted);
      return wanted;
    } catch (NetworkException e) {
      var less = ProxyConfig.of(ProxyConfig.withoutHeaders(routes), folder, hasCertificates());
      if (less.equals(wanted)) {
        throw e;
      }
      check(less);
      if (!wanted.equals(refusedConfiguration)) {
        refusedConfiguration = wanted;
        LOG.warn("the headers that rollouts ask for are left out: {}", e.getMessage());
      }
      return less;
    }
  }

  private void check(String text) throws NetworkException, IOException {
    var tried = folder.resolve("tried.cfg");
    write(tried, text);
    Programs.run("", PROGRAM, "-c", "-f", tried.toString());
  }

  /// Whether the proxy has other certificates to read now. One that is missing, or is none, is left
  /// out: the others are served.
  private synchronized boolean setCertificates(SortedSet<String> wanted) throws IOException {
    boolean differs = false;
    for (String name : wanted) {
      var kept = folder.resolve("kept").resolve(name);
      var used = certificates.resolve(name);
      if (!Files.exists(used) && Files.exists(kept) && isCertificate(kept)) {
        write(used, Files.readString(kept));
        differs = true;
      }
    }
    differs |= remove(certificates, wanted, FileTime.from(Instant.now().plus(UNUSED)));
    // One that just came belongs to routes that are not set yet.
    remove(folder.resolve("kept"), wanted, FileTime.from(Instant.now().minus(UNUSED)));
    return differs;
  }

  private boolean hasCertificates() throws IOException {
    try (var files = Files.list(certificates)) {
      return files.findAny().isPresent();
    }
  }

  private boolean isCertificate(Path file) {
    try {
      check(
          "defaults\n  mode http\n  timeout client 1s\nfrontend tried\n  bind :443 ssl crt "
              + file
              + "\n");
      return true;
    } catch (IOException | NetworkException e) {
      if (refused.add(file.getFileName().toString())) {
        LOG.warn("a certificate that an Ingress names cannot be used; it is left out");
      }
      return false;
    }
  }

  private static boolean remove(Path shelf, SortedSet<String> wanted, FileTime before)
      throws IOException {
    boolean hasRemoved = false;
    try (var files = Files.list(shelf)) {
      for (Path each : files.toList()) {
        boolean isOld = Files.getLastModifiedTime(each).toInstant().isBefore(before.toInstant());
        if (!wanted.contains(each.getFileName().toString()) && isOld) {
          Files.deleteIfExists(each);
          hasRemoved = true;
        }
      }
    }
    return hasRemoved;
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
      for (Path shelf : new Path[] {certificates, folder.resolve("kept")}) {
        if (Files.isDirectory(shelf)) {
          remove(shelf, new TreeSet<>(), FileTime.from(Instant.now().minus(UNUSED)));
        }
      }
    } catch (IOException e) {
      LOG.warn("haproxy is not stopped: {}", e.getMessage());
    }
  }
}
