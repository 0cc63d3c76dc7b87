package dev.reeve.manifest.age;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// Age's form for text: base64 in lines of 64, between a first and a last line.
final class Armor {
  private static final String BEGIN = "-----BEGIN AGE ENCRYPTED FILE-----";
  private static final String END = "-----END AGE ENCRYPTED FILE-----";
  private static final int LINE = 64;

  private Armor() {}

  static boolean isOn(byte[] file) {
    return new String(file, StandardCharsets.ISO_8859_1).stripLeading().startsWith("-----BEGIN");
  }

  static byte[] off(byte[] file) throws Malformed {
    List<String> lines =
        new ArrayList<>(new String(file, StandardCharsets.ISO_8859_1).strip().lines().toList());
    if (lines.size() < 3 || !lines.getFirst().equals(BEGIN) || !lines.getLast().equals(END)) {
      throw new Malformed("the armor's first or last line is missing");
    }
    var bytes = new ByteArrayOutputStream();
    for (int i = 1; i < lines.size() - 1; i++) {
      var line = lines.get(i);
      boolean isLast = i == lines.size() - 2;
      boolean fits = isLast ? !line.isEmpty() && line.length() <= LINE : line.length() == LINE;
      if (!fits || (!isLast && line.endsWith("="))) {
        throw new Malformed("the armor's lines are not of 64 characters");
      }
      bytes.writeBytes(
          Primitives.base64(line, Base64.getEncoder())
              .orElseThrow(() -> new Malformed("the armor's base64 is not as age writes it")));
    }
    return bytes.toByteArray();
  }
}
