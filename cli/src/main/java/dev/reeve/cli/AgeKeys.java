package dev.reeve.cli;

import dev.reeve.manifest.age.Identities;
import dev.reeve.manifest.age.KeyNotReadable;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// The keys that decrypt files of SOPS: those of the option, of SOPS's own variables, and of a
/// credential that systemd hands over, all together.
final class AgeKeys {
  private static final String OPTION = "--age-key";
  private static final String CREDENTIAL = "age-key";

  @Option(
      names = OPTION,
      paramLabel = "FILE",
      description = {
        "Keys of age that decrypt files of SOPS, as age-keygen writes them. May be repeated. Those of",
        "SOPS_AGE_KEY_FILE, SOPS_AGE_KEY and the systemd credential age-key are used too."
      })
  private List<String> files = new ArrayList<>();

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  /// As they are now.
  Identities read() throws IOException {
    var variables = variables();
    var all = Identities.NONE;
    for (Path file : files()) {
      all = all.and(read(OPTION, file));
    }
    var ofSops = variables.getOrDefault("SOPS_AGE_KEY_FILE", "");
    if (!ofSops.isEmpty()) {
      all = all.and(read("SOPS_AGE_KEY_FILE", Path.of(ofSops)));
    }
    var text = variables.getOrDefault("SOPS_AGE_KEY", "");
    if (!text.isBlank()) {
      all = all.and(parse("SOPS_AGE_KEY", text));
    }
    var credentials = variables.getOrDefault("CREDENTIALS_DIRECTORY", "");
    if (!credentials.isEmpty() && Files.isRegularFile(Path.of(credentials, CREDENTIAL))) {
      all = all.and(read("the credential", Path.of(credentials, CREDENTIAL)));
    }
    return all;
  }

  /// Reads them again each time it is asked: a key may be added while a control plane runs. Where
  /// they cannot be read at the moment, those of before stay.
  Supplier<Identities> kept() throws IOException {
    return new Kept(read());
  }

  /// Confined to one thread.
  private final class Kept implements Supplier<Identities> {
    private Identities last;

    Kept(Identities last) {
      this.last = last;
    }

    @Override
    public Identities get() {
      try {
        last = read();
      } catch (IOException | CommandFailed e) {
        // A file that is being written is whole at the next look.
      }
      return last;
    }
  }

  /// Several in a variable are parted as in PATH.
  private List<Path> files() {
    var all = new ArrayList<Path>();
    for (String each : files) {
      if (Files.exists(Path.of(each))) {
        all.add(Path.of(each));
      } else {
        List.of(each.split(File.pathSeparator)).forEach(it -> all.add(Path.of(it)));
      }
    }
    return all;
  }

  private static Identities read(String where, Path file) throws IOException {
    return parse(
        file + " (" + where + ")",
        Files.readString(ControlPlaneOptions.present(where, file), StandardCharsets.ISO_8859_1));
  }

  private static Identities parse(String where, String text) {
    try {
      return Identities.parse(text);
    } catch (KeyNotReadable e) {
      throw new CommandFailed(where + ": " + e.getMessage());
    }
  }

  private Map<String, String> variables() {
    return command != null && command.root().userObject() instanceof Main main
        ? main.variables()
        : System.getenv();
  }
}
