package dev.reeve.agent.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The counters of a container, wherever its engine keeps them.
class CgroupTest {
  private static final String ID = "4f2a";

  @TempDir private Path root;
  @TempDir private Path processes;

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private Cgroup found() {
    return Cgroup.of(ID, 7, root, processes).orElseThrow();
  }

  @Test
  void inTheFirstVersionEachControllerHasATreeOfItsOwn() throws IOException {
    write(
        processes.resolve("7/cgroup"),
        "5:cpu,cpuacct:/engine/%s\n4:memory:/engine/%s\n0::/\n".formatted(ID, ID));
    write(root.resolve("cpuacct/engine/4f2a/cpuacct.usage"), "1500000000\n");
    write(root.resolve("memory/engine/4f2a/memory.usage_in_bytes"), "1000\n");
    write(
        root.resolve("memory/engine/4f2a/memory.stat"),
        "inactive_file 5\ntotal_inactive_file 300\n");

    assertThat(found().cpuNanos()).isEqualTo(OptionalLong.of(1_500_000_000));
    assertThat(found().memoryBytes()).isEqualTo(OptionalLong.of(700));
  }

  @Test
  void inTheSecondVersionThereIsOneTree() throws IOException {
    write(processes.resolve("7/cgroup"), "0::/system.slice/docker-4f2a.scope\n");
    var folder = root.resolve("system.slice/docker-4f2a.scope");
    write(folder.resolve("cpu.stat"), "usage_usec 2000\nuser_usec 1\n");
    write(folder.resolve("memory.current"), "1000\n");
    write(folder.resolve("memory.stat"), "anon 1\ninactive_file 100\n");

    assertThat(found().cpuNanos()).isEqualTo(OptionalLong.of(2_000_000));
    assertThat(found().memoryBytes()).isEqualTo(OptionalLong.of(900));
  }

  @Test
  void whereAnotherNamespaceHidesTheProcessTheUsualPlacesAreTried() throws IOException {
    write(processes.resolve("7/cgroup"), "0::/user.slice/someone\n");
    write(root.resolve("user.slice/someone/cpu.stat"), "usage_usec 1\n");
    write(root.resolve("docker/4f2a/cpu.stat"), "usage_usec 3\n");

    assertThat(found().cpuNanos()).isEqualTo(OptionalLong.of(3_000));
  }

  @Test
  void whatIsNotThereIsNotMeasured() {
    assertThat(Cgroup.of(ID, 7, root, processes)).isEmpty();
  }

  @Test
  void aContainerThatIsGoneHasNoCounters() throws IOException {
    write(root.resolve("docker/4f2a/cpu.stat"), "usage_usec 3\n");
    var cgroup = found();
    Files.delete(root.resolve("docker/4f2a/cpu.stat"));

    assertThat(cgroup.cpuNanos()).isEmpty();
    assertThat(cgroup.memoryBytes()).isEmpty();
  }
}
