package dev.reeve.agent.node.network;

import dev.reeve.core.model.ObjectKey;
import dev.reeve.wire.FromNode.Requests;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What haproxy counts, as it tells on its socket (`show stat`, in columns that its first line
/// names).
record ProxyStatistics(Path socket) {
  private static final Logger LOG = LoggerFactory.getLogger(ProxyStatistics.class);

  /// Of all proxies those that are backends, and of these the sums over their servers.
  private static final String QUESTION = "show info;show stat -1 2 -1\n";

  private static final Pattern PID = Pattern.compile("(?m)^Pid: (\\d+)$");

  /// Requests by what they are, as one process has counted them: a reload is another process.
  record Counts(String process, List<Requests> requests) {
    Counts {
      requests = List.copyOf(requests);
    }
  }

  /// Empty where there is no proxy, or it does not answer.
  Optional<Counts> counts() {
    if (!Files.exists(socket)) {
      return Optional.empty();
    }
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      channel.write(ByteBuffer.wrap(QUESTION.getBytes(StandardCharsets.UTF_8)));
      var text =
          new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
      return Optional.of(read(text));
    } catch (IOException e) {
      LOG.debug("haproxy tells no counts: {}", e.getMessage());
      return Optional.empty();
    }
  }

  static Counts read(String said) {
    var requests = new ArrayList<Requests>();
    var pid = PID.matcher(said);
    var process = pid.find() ? pid.group(1) : "";
    var lines = said.lines().dropWhile(it -> !it.startsWith("# pxname")).toList();
    if (lines.isEmpty()) {
      return new Counts(process, requests);
    }
    var columns = List.of(lines.getFirst().replaceFirst("^# ", "").split(","));
    for (String line : lines.subList(1, lines.size())) {
      var cells = line.split(",", -1);
      // As `ProxyConfig` names them: NAMESPACE:SERVICE:PORT, and what comes there by a header.
      var name = cells[0].split(":");
      if (name.length < 3) {
        continue;
      }
      for (int i = 1; i <= 5; i++) {
        int column = columns.indexOf("hrsp_" + i + "xx");
        if (column >= 0 && column < cells.length && !cells[column].isEmpty()) {
          requests.add(
              new Requests(
                  new ObjectKey("Service", name[0], name[1]),
                  name[2],
                  i + "xx",
                  Long.parseLong(cells[column])));
        }
      }
    }
    return new Counts(process, requests);
  }
}
