package dev.reeve.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Against a real sshd with its own configuration and keys, on a free port of loopback.
class SshIT {
  private static final Path SSHD = Path.of("/usr/sbin/sshd");

  @TempDir Path temp;
  private Person shell;
  private Path bare;
  private Person ada;
  private Process sshd;
  private int port;

  @BeforeEach
  void start() throws Exception {
    assertThat(SSHD)
        .withFailMessage("these tests need %s: install the package openssh-server", SSHD)
        .isExecutable();
    shell = Person.in(temp);
    bare = Person.bare(temp.resolve("remote.git"));
    ada = Person.cloneOf(bare.toString(), temp.resolve("ada"));
    ada.write("web.yaml", "a").commitAndPush("One");
    key("host", "ed25519");
    key("client", "ed25519");
    Files.copy(temp.resolve("client.pub"), temp.resolve("authorized_keys"));
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    shell.write(
        "sshd_config",
        """
        Port %d
        ListenAddress 127.0.0.1
        HostKey %s
        AuthorizedKeysFile %s
        PidFile none
        UsePAM no
        StrictModes no
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        PermitRootLogin yes
        """
            .formatted(port, temp.resolve("host"), temp.resolve("authorized_keys")));
    if (System.getProperty("user.name").equals("root")) {
      Files.createDirectories(Path.of("/run/sshd"));
    }
    sshd =
        new ProcessBuilder(
                SSHD.toString(), "-D", "-e", "-f", temp.resolve("sshd_config").toString())
            .redirectErrorStream(true)
            .redirectOutput(temp.resolve("sshd.log").toFile())
            .start();
    awaitPort();
  }

  @AfterEach
  void stop() throws InterruptedException {
    if (sshd != null) {
      sshd.destroy();
      assertThat(sshd.waitFor(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  private void awaitPort() throws IOException {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (sshd.isAlive() && System.nanoTime() < end) {
      try (var probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
        assertThat(probe.isConnected()).isTrue();
        return;
      } catch (IOException notYet) {
        Thread.onSpinWait();
      }
    }
    throw new IllegalStateException("sshd: " + Files.readString(temp.resolve("sshd.log")));
  }

  private void key(String name, String type) throws IOException {
    shell.run(
        List.of("ssh-keygen", "-q", "-t", type, "-N", "", "-f", temp.resolve(name).toString()));
    Files.setPosixFilePermissions(temp.resolve(name), PosixFilePermissions.fromString("rw-------"));
  }

  private void know(String key) throws IOException {
    String line = Files.readString(temp.resolve(key + ".pub")).strip();
    shell.write("known_hosts", "[127.0.0.1]:" + port + " " + line + "\n");
  }

  private RemoteRepository remote(String key) throws IOException {
    String user = System.getProperty("user.name");
    return new RemoteRepository(
        "ssh://" + user + "@127.0.0.1:" + port + bare,
        GitCredentials.read(temp.resolve(key), temp.resolve("known_hosts")),
        Duration.ofSeconds(20));
  }

  private Poll poll(String key) throws IOException {
    try (var mirror = ConfigMirror.open(temp.resolve("mirror"), remote(key), "main", "prod")) {
      return mirror.poll();
    }
  }

  @Test
  void isReadAndWrittenWithAKnownHostKey() throws IOException {
    know("host");

    try (var mirror = ConfigMirror.open(temp.resolve("mirror"), remote("client"), "main", "prod")) {
      assertThat(((Poll.Tip) mirror.poll()).commit()).isEqualTo(ada.tip());
      assertThat(((Fetch.Fetched) mirror.fetch()).tip()).isEqualTo(ada.tip());
      assertThat(mirror.keep(ada.tip())).isEqualTo(new Kept.Done());
    }
    try (GitOut out = GitOut.open(temp.resolve("out"), remote("client"), "prod")) {
      RecordCommit first = GitOutTest.commit("Epoch 1", "cluster.yaml", "epoch: 1\n");
      var one = (RecordPush.Pushed) out.record().append(Optional.empty(), List.of(first));
      assertThat(out.record().read()).isInstanceOf(RecordRead.Recorded.class);
      assertThat(Person.in(bare).git("rev-parse", "reeve/prod").strip()).isEqualTo(one.tip());
    }
  }

  @Test
  void isRefusedWhenTheHostIsUnknown() throws IOException {
    shell.write("known_hosts", "");

    assertThat(poll("client"))
        .isInstanceOfSatisfying(
            Poll.Unavailable.class,
            away ->
                assertThat(away.cause())
                    .contains("is unknown", "SHA256:", "ssh-keyscan -p " + port + " 127.0.0.1"));
    assertThat(temp.resolve("known_hosts")).isEmptyFile();
  }

  @Test
  void isRefusedWhenTheHostShowsAnotherKey() throws IOException {
    key("impostor", "ed25519");
    know("impostor");

    assertThat(poll("client"))
        .isInstanceOfSatisfying(
            Poll.Unavailable.class,
            away -> assertThat(away.cause()).contains("is not the one in", "SHA256:"));
  }

  @Test
  void isRefusedWhenTheServerDoesNotKnowOurKey() throws IOException {
    know("host");
    key("stranger", "ed25519");

    assertThat(poll("stranger"))
        .isInstanceOfSatisfying(
            Poll.Unavailable.class, away -> assertThat(away.cause()).contains("log in"));
  }

  @Test
  void saysWhatAHookRefused() throws IOException {
    know("host");
    Person.in(bare).write("hooks/pre-receive", "#!/bin/sh\necho frozen >&2; exit 1\n");
    assertThat(bare.resolve("hooks/pre-receive").toFile().setExecutable(true)).isTrue();

    try (GitOut out = GitOut.open(temp.resolve("out"), remote("client"), "prod")) {
      RecordPush push =
          out.record().append(Optional.empty(), List.of(GitOutTest.commit("1", "a.yaml", "1")));

      assertThat(push)
          .isInstanceOfSatisfying(
              RecordPush.Refused.class, refused -> assertThat(refused.why()).contains("frozen"));
    }
  }
}
