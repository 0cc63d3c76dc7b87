package dev.reeve.bench.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ProgramTest {
  @Test
  void givesTheMemoryThatTheLauncherGives() throws Exception {
    var launcher = Files.readString(Path.of(System.getProperty("reeve.root"), "reeve"));

    assertThat(launcher)
        .contains("up | server) options=(" + String.join(" ", Program.SERVER_MEMORY) + ")")
        .contains("agent) options=(" + String.join(" ", Program.AGENT_MEMORY) + ")");
  }
}
