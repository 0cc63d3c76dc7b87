package dev.reeve.bench.stage;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A Java process of a benchmark's own classes that is asked in lines and answers in lines. What it
/// complains of is shown.
public final class Dialogue implements AutoCloseable {
  private final Process process;
  private final BufferedWriter to;
  private final BufferedReader from;

  private Dialogue(Process process) {
    this.process = process;
    to =
        new BufferedWriter(
            new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    from =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    Leftovers.add(this);
  }

  /// @param prefix words before `java`, to run it in another network
  public static Dialogue java(List<String> prefix, Class<?> main) throws IOException {
    var words = new ArrayList<>(prefix);
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(
        List.of(
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            main.getName()));
    return new Dialogue(
        new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  public String ask(String line) throws IOException {
    to.write(line + "\n");
    to.flush();
    var answer = line();
    if (answer.isEmpty()) {
      throw new IOException("no answer to " + line);
    }
    return answer;
  }

  /// The next line; empty when no more will come.
  public String line() throws IOException {
    var line = from.readLine();
    return line == null ? "" : line;
  }

  @Override
  public void close() throws IOException {
    Leftovers.close(this, process::destroy);
  }
}
