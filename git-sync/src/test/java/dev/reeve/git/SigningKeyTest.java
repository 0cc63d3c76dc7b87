package dev.reeve.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Keys are made by `ssh-keygen`, and signatures are checked by Git.
class SigningKeyTest {
  @TempDir private Path temp;

  private Path key(String name, String type, String passphrase) throws Exception {
    var file = temp.resolve(name);
    var process =
        new ProcessBuilder("ssh-keygen", "-q", "-t", type, "-N", passphrase, "-f", file.toString())
            .inheritIO()
            .start();
    assertThat(process.waitFor()).isZero();
    return file;
  }

  private String publicPart(Path key) throws IOException {
    return Files.readString(key.resolveSibling(key.getFileName() + ".pub"));
  }

  private String tipSignedWith(Path key, Path remote) throws IOException {
    var tracked = new RemoteRepository(remote.toString());
    var signing = Optional.of(SigningKey.read(key));
    try (var out = GitOut.open(temp.resolve("out"), tracked, "prod", signing)) {
      var commits = List.of(GitOutTest.commit("Record", "cluster.yaml", "schema: 1\n"));
      return ((RecordPush.Pushed) out.record().append(Optional.empty(), commits)).tip();
    }
  }

  @Test
  void gitKnowsWhoHasSigned() throws Exception {
    for (String type : List.of("ed25519", "rsa", "ecdsa")) {
      var key = key(type, type, "");
      var remote = Person.bare(temp.resolve(type + ".git"));

      var tip = tipSignedWith(key, remote);

      var signers = temp.resolve("signers");
      Files.writeString(signers, "reeve@prod " + publicPart(key));
      var told =
          Person.in(remote)
              .git(
                  "-c",
                  "gpg.ssh.allowedSignersFile=" + signers,
                  "log",
                  "-1",
                  "--format=%G? %GS",
                  tip);
      assertThat(told.strip()).isEqualTo("G reeve@prod");
    }
  }

  @Test
  void anotherKeyIsNotTakenForIt() throws Exception {
    var remote = Person.bare(temp.resolve("remote.git"));
    var tip = tipSignedWith(key("mine", "ed25519", ""), remote);

    var signers = temp.resolve("signers");
    Files.writeString(signers, "reeve@prod " + publicPart(key("other", "ed25519", "")));
    var told =
        Person.in(remote)
            .git("-c", "gpg.ssh.allowedSignersFile=" + signers, "log", "-1", "--format=%G?", tip);

    assertThat(told.strip()).isNotEqualTo("G");
  }

  @Test
  void aKeyWithAPassphraseIsRefused() throws Exception {
    var key = key("locked", "ed25519", "open sesame");

    assertThatThrownBy(() -> SigningKey.read(key))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(key.toString())
        .hasMessageContaining("without a passphrase");
  }

  @Test
  void whatIsNoKeyIsRefused() throws Exception {
    var file = Files.writeString(temp.resolve("id"), "ssh-ed25519 AAAA\n");

    assertThatThrownBy(() -> SigningKey.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is no OpenSSH private key")
        .hasMessageContaining("ssh-keygen");
  }
}
