package dev.reeve.server.authority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClusterAuthorityTest {
  @TempDir private Path folder;

  @Test
  void isTheSameAfterAnotherStart() throws Exception {
    var first = ClusterAuthority.open(folder, "prod");

    var second = ClusterAuthority.open(folder, "prod");

    assertThat(second.hash()).isEqualTo(first.hash());
    assertThat(second.derivedKey("x")).isEqualTo(first.derivedKey("x"));
    assertThat(JoinTokens.check(first, JoinTokens.create(second, "n1")))
        .hasValueSatisfying(ticket -> assertThat(ticket.node()).isEqualTo("n1"));
  }

  @Test
  void keepsItsKeyToItsOwner() throws Exception {
    ClusterAuthority.open(folder, "prod");

    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("ca-key.pem"))))
        .isEqualTo("rw-------");
  }

  @Test
  void doesNotMakeANewKeyBesideAnOldCertificate() throws Exception {
    ClusterAuthority.open(folder, "prod");
    Files.delete(folder.resolve("ca-key.pem"));

    assertThatThrownBy(() -> ClusterAuthority.open(folder, "prod"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("restore");
  }

  @Test
  void aTokenOfAnotherAuthorityIsRefused() throws Exception {
    var ours = ClusterAuthority.open(folder.resolve("ours"), "prod");
    var theirs = ClusterAuthority.open(folder.resolve("theirs"), "prod");

    assertThat(JoinTokens.check(ours, JoinTokens.create(theirs, "n1"))).isEmpty();
  }

  @Test
  void aTokenThatWasChangedIsRefused() throws Exception {
    var authority = ClusterAuthority.open(folder, "prod");
    var token = JoinTokens.create(authority, "n1");

    assertThat(JoinTokens.check(authority, token.replaceFirst("n1", "n2"))).isEmpty();
    assertThat(JoinTokens.check(authority, token.substring(0, token.length() - 4))).isEmpty();
    assertThat(JoinTokens.check(authority, "nonsense")).isEmpty();
  }

  @Test
  void aNameThatIsNoNodesIsRefused() throws Exception {
    var authority = ClusterAuthority.open(folder, "prod");

    assertThatThrownBy(() -> JoinTokens.create(authority, "Node.1"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
