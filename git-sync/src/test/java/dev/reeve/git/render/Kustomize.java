package dev.reeve.git.render;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/// The kustomize of the machine's kubectl. That of Debian 12 is from 2019 and knows little of what
/// kustomizations say today.
final class Kustomize {
  private Kustomize() {}

  /// Passes a test over where there is none of this time.
  static void assumeOfThisTime() throws IOException {
    var kubectl = new ProcessBuilder("kubectl", "version", "--client");
    var process = kubectl.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assumeTrue(said.contains("Kustomize Version: v5"), "needs a kubectl with kustomize 5");
  }
}
