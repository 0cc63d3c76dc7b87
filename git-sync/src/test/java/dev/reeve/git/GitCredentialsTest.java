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

class GitCredentialsTest {
  @TempDir Path temp;

  private GitCredentials read(String text) throws IOException {
    return GitCredentials.read(Files.writeString(temp.resolve("credentials"), text));
  }

  private GitCredentials.Passwords passwords(String text) throws IOException {
    return (GitCredentials.Passwords) read(text);
  }

  @Test
  void readsTheFormOfGitsCredentialStore() throws IOException {
    var passwords = passwords("\nhttps://ada:t%40ken+1@example.org\nhttp://x:y@other.test:8080\n");

    assertThat(passwords.match("https", "EXAMPLE.org", -1))
        .contains(new GitCredentials.Passwords.Entry("https", "example.org", -1, "ada", "t@ken+1"));
    assertThat(passwords.match("https", "example.org", 443)).isPresent();
    assertThat(passwords.match("http", "other.test", 8080)).isPresent();
  }

  @Test
  void givesAPasswordToNobodyElse() throws IOException {
    var passwords = passwords("https://ada:token@example.org");

    assertThat(passwords.match("https", "example.org.evil.test", -1)).isEmpty();
    assertThat(passwords.match("http", "example.org", -1)).isEqualTo(Optional.empty());
    assertThat(passwords.match("https", "example.org", 8443)).isEmpty();
  }

  @Test
  void namesTheLineThatIsWrongAndNotItsSecret() {
    assertThatThrownBy(() -> read("https://ada:good@example.org\nhunter2\n"))
        .hasMessageContaining("credentials:2: expected a line such as")
        .hasMessageNotContaining("hunter2");
    assertThatThrownBy(() -> read("https://ada:100%zz@example.org\n"))
        .hasMessageContaining("credentials:1")
        .hasMessageNotContaining("zz");
    assertThatThrownBy(() -> read("\n")).hasMessageContaining("neither");
  }

  @Test
  void neverPrintsASecret() throws IOException {
    assertThat(read("https://ada:hunter2@example.org").toString()).doesNotContain("hunter2");
    assertThat(new RemoteRepository("https://example.org", read("https://a:hunter2@b")).toString())
        .doesNotContain("hunter2");
  }

  @Test
  void takesAPrivateKeyForSsh() throws IOException {
    var key = (GitCredentials.SshKey) read("-----BEGIN OPENSSH PRIVATE KEY-----\n");

    assertThat(key.key()).isEqualTo(temp.resolve("credentials"));
    assertThat(key.knownHosts()).startsWith(temp.resolve("known_hosts"));
  }

  @Test
  void takesAFileOfKnownHostsByName() throws IOException {
    Path file = Files.writeString(temp.resolve("key"), "-----BEGIN OPENSSH PRIVATE KEY-----\n");

    var key = (GitCredentials.SshKey) GitCredentials.read(file, temp.resolve("hosts"));

    assertThat(key.knownHosts()).isEqualTo(List.of(temp.resolve("hosts")));
  }
}
