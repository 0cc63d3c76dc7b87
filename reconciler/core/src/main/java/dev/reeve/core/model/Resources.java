package dev.reeve.core.model;

/// An amount of a node: CPU in thousandths of a core, memory in bytes.
public record Resources(long cpuMillis, long memoryBytes) {
  public static final Resources NONE = new Resources(0, 0);

  public Resources plus(Resources other) {
    return new Resources(cpuMillis + other.cpuMillis, memoryBytes + other.memoryBytes);
  }

  public Resources minus(Resources other) {
    return new Resources(cpuMillis - other.cpuMillis, memoryBytes - other.memoryBytes);
  }

  /// For each amount the larger of the two: what init containers and app containers need together.
  public Resources max(Resources other) {
    return new Resources(
        Math.max(cpuMillis, other.cpuMillis), Math.max(memoryBytes, other.memoryBytes));
  }

  public boolean fitsIn(Resources free) {
    return cpuMillis <= free.cpuMillis && memoryBytes <= free.memoryBytes;
  }
}
