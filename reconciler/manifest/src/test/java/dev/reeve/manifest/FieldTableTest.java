package dev.reeve.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class FieldTableTest {
  private static final Path PAGE =
      Path.of(System.getProperty("reeve.root", "."), "docs", "fields.md");

  @Test
  void isThePageInTheDocumentation() throws IOException {
    if (Boolean.getBoolean("reeve.write.docs")) {
      Files.createDirectories(PAGE.getParent());
      Files.writeString(PAGE, FieldTable.markdown());
    }

    assertThat(PAGE)
        .as("docs/fields.md; write it anew with -Dreeve.test.args=-Dreeve.write.docs=true")
        .exists()
        .hasContent(FieldTable.markdown());
  }
}
