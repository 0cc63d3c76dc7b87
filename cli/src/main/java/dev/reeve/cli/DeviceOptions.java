package dev.reeve.cli;

import dev.reeve.agent.node.DeviceOption;
import dev.reeve.agent.node.NodeDevices;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/// Which devices of this machine pods may be given, for the verbs that run an agent.
final class DeviceOptions {
  @Option(
      names = "--device",
      paramLabel = "NAME=PATH[,PATH...]",
      description = {
        "Devices of this node that pods ask for as NAME, such as example.com/tty, one unit each.",
        "In the last part of a PATH * and ? stand for all that are there at the start. May be",
        "repeated; several in REEVE_DEVICE are parted by spaces. NVIDIA's GPUs need no option."
      })
  private List<String> devices = new ArrayList<>();

  /// Those that are there now.
  NodeDevices read() throws IOException {
    var options = new ArrayList<DeviceOption>();
    for (String text : devices) {
      try {
        options.addAll(DeviceOption.parse(text));
      } catch (IllegalArgumentException e) {
        throw new Misused("--device " + e.getMessage());
      }
    }
    return NodeDevices.find(options, it -> System.err.println("reeve: " + it));
  }
}
