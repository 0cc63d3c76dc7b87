package dev.reeve.manifest.age;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/// What stands in front of the payload: for each recipient a stanza with the file's key, and a MAC
/// over all of it.
final class Header {
  private static final String VERSION = "age-encryption.org/v1";
  private static final int LINE = 64;
  private static final int MAC = 32;
  private static final Base64.Encoder SPELLING = Base64.getEncoder().withoutPadding();

  private final byte[] file;
  private final List<Stanza> stanzas = new ArrayList<>();
  private byte[] mac = {};
  private int macAt;
  private int at;

  private Header(byte[] file) {
    this.file = file;
  }

  static Header read(byte[] file) throws Malformed {
    var header = new Header(file);
    header.read();
    return header;
  }

  List<Stanza> stanzas() {
    return stanzas;
  }

  byte[] mac() {
    return mac;
  }

  /// The bytes that the MAC is over.
  byte[] covered() {
    return Arrays.copyOf(file, macAt);
  }

  /// Where the payload begins.
  int end() {
    return at;
  }

  private void read() throws Malformed {
    if (!line().equals(VERSION)) {
      throw new Malformed("it does not begin with " + VERSION);
    }
    for (var line = line(); ; line = line()) {
      if (line.startsWith("-> ")) {
        stanzas.add(stanza(line.substring(3)));
      } else if (line.startsWith("--- ") && !stanzas.isEmpty()) {
        macAt = at - line.length() - 1 + 3;
        mac = base64(line.substring(4));
        if (mac.length != MAC) {
          throw new Malformed("the header's MAC is not of 32 bytes");
        }
        requireScryptAlone();
        return;
      } else {
        throw new Malformed("the header is not of stanzas and a MAC");
      }
    }
  }

  /// Whoever knows a passphrase could otherwise write for recipients who know no passphrase.
  private void requireScryptAlone() throws Malformed {
    if (stanzas.size() > 1 && stanzas.stream().anyMatch(it -> it.kind().equals("scrypt"))) {
      throw new Malformed("a passphrase stands beside other recipients");
    }
  }

  private Stanza stanza(String words) throws Malformed {
    var all = List.of(words.split(" ", -1));
    boolean areWords =
        all.stream().noneMatch(String::isEmpty) && words.chars().allMatch(c -> c > 31 && c < 127);
    if (!areWords) {
      throw new Malformed("a stanza's arguments are not words");
    }
    var body = new ByteArrayOutputStream();
    var line = line();
    while (line.length() == LINE) {
      body.writeBytes(base64(line));
      line = line();
    }
    if (line.length() > LINE) {
      throw new Malformed("a stanza's line is too long");
    }
    body.writeBytes(base64(line));
    return new Stanza(all.getFirst(), all.subList(1, all.size()), body.toByteArray());
  }

  static byte[] base64(String text) throws Malformed {
    return Primitives.base64(text, SPELLING)
        .orElseThrow(() -> new Malformed("the header's base64 is not as age writes it"));
  }

  private String line() throws Malformed {
    int start = at;
    while (at < file.length && file[at] != '\n') {
      at++;
    }
    if (at == file.length) {
      throw new Malformed("the header is cut off");
    }
    return new String(file, start, at++ - start, StandardCharsets.ISO_8859_1);
  }
}
