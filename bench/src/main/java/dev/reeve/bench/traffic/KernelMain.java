package dev.reeve.bench.traffic;

import com.sun.management.OperatingSystemMXBean;
import dev.reeve.agent.mind.RouteTable;
import dev.reeve.agent.node.network.RoutedNetwork;
import dev.reeve.core.model.Network;
import dev.reeve.core.model.ObjectKey;
import dev.reeve.core.model.Service;
import dev.reeve.core.protocol.Routing.Endpoint;
import dev.reeve.core.protocol.Routing.NodeRoute;
import dev.reeve.core.protocol.Routing.ServiceRoute;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;

/// A process in a network of its own that is a node's network and nothing else: how long it takes
/// to bring the kernel to 1,000 Services with 10 endpoints each, and to change one endpoint of one;
/// and how fast names are answered. Prints `NAME VALUE` lines.
final class KernelMain {
  private static final int SERVICES = 1_000;
  private static final int ENDPOINTS = 10;
  private static final int CHANGES = 30;
  private static final int USERS = 4;
  private static final double ASKING_SECONDS = 5;

  private final RoutedNetwork network =
      RoutedNetwork.start("bench", "n0", "", Path.of("/run/reeve/bench"));
  private final TreeMap<ObjectKey, ServiceRoute> services = new TreeMap<>();
  private long version;

  static void main() throws IOException, InterruptedException {
    new KernelMain().measure();
    System.exit(0);
  }

  private void measure() throws IOException, InterruptedException {
    network.found(List.of());
    for (int i = 0; i < SERVICES; i++) {
      put(i, ENDPOINTS);
    }
    System.out.println("all " + set());
    var changes = new ArrayList<Double>();
    double cpu = cpu();
    long from = System.nanoTime();
    for (int i = 0; i < CHANGES; i++) {
      put(i, ENDPOINTS - 1 + i % 2);
      changes.add(set());
    }
    System.out.println("wall " + (System.nanoTime() - from) / 1e9 / CHANGES);
    System.out.println("cpu " + (cpu() - cpu) / CHANGES);
    changes.sort(null);
    System.out.println("change " + changes.get(CHANGES / 2));
    ask();
  }

  /// Of this process and of the programs that it ran.
  private static double cpu() {
    var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    double own = system.getProcessCpuTime() / 1e9;
    try {
      var fields =
          java.nio.file.Files.readString(Path.of("/proc/self/stat"))
              .replaceAll("^.*\\) ", "")
              .split(" ");
      // cutime and cstime, in hundredths of a second.
      return own + (Long.parseLong(fields[13]) + Long.parseLong(fields[14])) / 100.0;
    } catch (IOException e) {
      return own;
    }
  }

  private void put(int i, int endpoints) {
    var key = new ObjectKey("Service", "default", "s" + i);
    var service =
        new Service(
            key,
            Service.Type.CLUSTER_IP,
            new TreeMap<>(),
            List.of(new Service.Port("", Service.Protocol.TCP, 80, "8080", 0)),
            "10.96." + (1 + i / 250) + "." + (1 + i % 250),
            List.of(),
            "",
            0,
            false,
            false,
            false);
    var pods = new ArrayList<Endpoint>();
    for (int pod = 0; pod < endpoints; pod++) {
      var ip = "10.244." + (1 + i / 250) + "." + (1 + (i % 25) * 10 + pod);
      pods.add(new Endpoint("p" + pod, ip, "n1", 1, 1, List.of(), "", List.of(8080)));
    }
    services.put(key, new ServiceRoute(service, pods));
  }

  /// Seconds until it is in force.
  private double set() throws InterruptedException {
    version++;
    var nodes = new TreeMap<String, NodeRoute>();
    nodes.put("n0", new NodeRoute("n0", "10.244.0.0/24", ""));
    var done = new CountDownLatch(1);
    long start = System.nanoTime();
    network.set(
        new RouteTable(
            1,
            version,
            Network.USUAL,
            new TreeMap<>(services),
            new TreeMap<>(),
            new TreeMap<>(),
            nodes),
        done::countDown);
    done.await();
    return (System.nanoTime() - start) / 1e9;
  }

  // --- names

  private static void ask() throws InterruptedException {
    var times = java.util.Collections.synchronizedList(new ArrayList<Long>());
    var users = new ArrayList<Thread>();
    long start = System.nanoTime();
    for (int i = 0; i < USERS; i++) {
      int user = i;
      users.add(Thread.ofPlatform().start(() -> ask(user, start, times)));
    }
    for (Thread user : users) {
      user.join();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    var sorted = new ArrayList<>(times);
    sorted.sort(null);
    System.out.println("names " + sorted.size() / seconds);
    System.out.println("namesP99 " + sorted.get(sorted.size() * 99 / 100) / 1e6);
  }

  private static void ask(int user, long start, List<Long> times) {
    var own = new ArrayList<Long>();
    try (var socket = new DatagramSocket()) {
      socket.connect(new InetSocketAddress(InetAddress.getByName("169.254.20.10"), 53));
      socket.setSoTimeout(2_000);
      var buffer = new byte[4096];
      for (int i = 0; System.nanoTime() - start < ASKING_SECONDS * 1e9; i++) {
        var question = question("s" + (i * USERS + user) % SERVICES);
        long from = System.nanoTime();
        socket.send(new DatagramPacket(question, question.length));
        socket.receive(new DatagramPacket(buffer, buffer.length));
        own.add(System.nanoTime() - from);
      }
    } catch (IOException e) {
      throw new IllegalStateException("names are not answered", e);
    }
    times.addAll(own);
  }

  private static byte[] question(String service) {
    var out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0});
    for (String label : (service + ".default.svc.cluster.local").split("\\.")) {
      out.write(label.length());
      out.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
    }
    out.writeBytes(new byte[] {0, 0, 1, 0, 1});
    return out.toByteArray();
  }
}
