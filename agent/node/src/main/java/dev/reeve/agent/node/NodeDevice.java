package dev.reeve.agent.node;

/// A device of this node, which one container at a time is given.
public sealed interface NodeDevice {

  /// What it is known by, whatever names it has: the path of its file with all links followed.
  String id();

  /// A device file, which the container sees under the same path.
  ///
  /// @param path as it was named, which may be a link
  record File(String id, String path) implements NodeDevice {}

  /// What the engine's own support for NVIDIA's devices puts into a container.
  ///
  /// @param number as `docker run --gpus device=N` takes it
  record Gpu(String id, String number) implements NodeDevice {}
}
