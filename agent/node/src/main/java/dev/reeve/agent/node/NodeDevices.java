package dev.reeve.agent.node;

import dev.reeve.agent.mind.DeviceSet;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// The devices that a node has to give, by the extended resource that each is a unit of.
public record NodeDevices(SortedMap<String, List<NodeDevice>> byResource) {
  public static final NodeDevices NONE = new NodeDevices(Collections.emptySortedMap());

  static final String GPU = "nvidia.com/gpu";

  private static final String NVIDIA = "nvidia";
  private static final Pattern GPU_FILE = Pattern.compile(".*/nvidia([0-9]{1,4})");
  private static final int TYPE = 0170000;
  private static final int CHARACTER_DEVICE = 0020000;
  private static final int BLOCK_DEVICE = 0060000;

  public NodeDevices {
    var copy = new TreeMap<String, List<NodeDevice>>();
    byResource.forEach((resource, devices) -> copy.put(resource, List.copyOf(devices)));
    byResource = Collections.unmodifiableSortedMap(copy);
  }

  /// Looks for the devices that are named. Of a glob there may be none at the moment; then the node
  /// has none, and that is noticed.
  ///
  /// @throws IOException where one is not there, is no device or is named twice; the message says
  ///   which
  public static NodeDevices find(List<DeviceOption> options, Consumer<String> notices)
      throws IOException {
    var all = new TreeMap<String, List<NodeDevice>>();
    var names = new HashMap<String, String>();
    for (DeviceOption option : options) {
      var found = all.computeIfAbsent(option.resource(), fresh -> new ArrayList<>());
      for (String path : option.paths()) {
        var files = files(option.resource(), path);
        if (files.isEmpty()) {
          notices.accept(
              "--device " + option.resource() + ": there is no device " + path + " at the moment");
        }
        for (Path file : files) {
          var device = new NodeDevice.File(id(option.resource(), file), file.toString());
          var other = names.putIfAbsent(device.id(), device.path());
          if (other != null) {
            throw new IOException(
                "--device %s: %s is named twice%s"
                    .formatted(
                        option.resource(),
                        device.path(),
                        other.equals(device.path()) ? "" : ", also as " + other));
          }
          found.add(device);
        }
      }
    }
    return new NodeDevices(all);
  }

  private static List<Path> files(String resource, String text) throws IOException {
    var path = Path.of(text);
    if (!DeviceOption.isGlob(text)) {
      if (!Files.exists(path)) {
        throw new IOException("--device " + resource + ": " + text + " does not exist");
      }
      if (!isDevice(path)) {
        throw new IOException("--device " + resource + ": " + text + " is no device");
      }
      return List.of(path);
    }
    int slash = text.lastIndexOf('/');
    var files = new ArrayList<Path>();
    for (Path file : fitting(Path.of(text.substring(0, slash + 1)), text.substring(slash + 1))) {
      if (isDevice(file)) {
        files.add(file);
      }
    }
    return files;
  }

  /// In the order of their names. None where there is no such folder.
  private static List<Path> fitting(Path folder, String glob) throws IOException {
    var files = new ArrayList<Path>();
    if (Files.isDirectory(folder)) {
      try (var stream = Files.newDirectoryStream(folder, glob)) {
        stream.forEach(files::add);
      } catch (DirectoryIteratorException e) {
        throw new IOException(folder + " cannot be listed", e);
      }
    }
    Collections.sort(files);
    return files;
  }

  private static boolean isDevice(Path path) throws IOException {
    if (!Files.exists(path) || !(Files.getAttribute(path, "unix:mode") instanceof Integer mode)) {
      return false;
    }
    int type = mode & TYPE;
    return type == CHARACTER_DEVICE || type == BLOCK_DEVICE;
  }

  /// Names of it may change hands (`/dev/serial/by-id/...`); what they lead to is one device.
  private static String id(String resource, Path path) throws IOException {
    var id = path.toRealPath().toString();
    if (id.chars().anyMatch(it -> it == ',' || Character.isWhitespace(it))) {
      throw new IOException(
          "--device " + resource + ": " + id + " has a comma or a space in it, which it may not");
    }
    return id;
  }

  /// With NVIDIA's GPUs where the engine can give them to containers. What was named for that
  /// resource stands instead.
  ///
  /// @param dev where device files are
  NodeDevices withGpus(Engine.Facts facts, Path dev) throws IOException {
    if (!facts.runtimes().contains(NVIDIA) || byResource.containsKey(GPU)) {
      return this;
    }
    var gpus = new TreeMap<Integer, NodeDevice>();
    for (Path file : fitting(dev, "nvidia*")) {
      var name = GPU_FILE.matcher(file.toString());
      if (name.matches()) {
        var number = name.group(1);
        gpus.put(Integer.parseInt(number), new NodeDevice.Gpu(file.toString(), number));
      }
    }
    if (gpus.isEmpty()) {
      return this;
    }
    var all = new TreeMap<>(byResource);
    all.put(GPU, new ArrayList<>(gpus.values()));
    return new NodeDevices(all);
  }

  /// How many there are of each.
  SortedMap<String, Long> amounts() {
    var amounts = new TreeMap<String, Long>();
    byResource.forEach((resource, devices) -> amounts.put(resource, (long) devices.size()));
    return amounts;
  }

  DeviceSet ids() {
    var ids = new TreeMap<String, List<String>>();
    byResource.forEach(
        (resource, devices) -> ids.put(resource, devices.stream().map(NodeDevice::id).toList()));
    return new DeviceSet(ids);
  }

  /// Empty where one of them is none of this node's.
  Optional<List<NodeDevice>> of(DeviceSet wanted) {
    var ids = wanted.ids();
    var devices =
        byResource.values().stream()
            .flatMap(List::stream)
            .filter(it -> ids.contains(it.id()))
            .toList();
    return devices.size() == ids.size() ? Optional.of(devices) : Optional.empty();
  }
}
