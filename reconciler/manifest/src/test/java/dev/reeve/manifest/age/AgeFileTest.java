package dev.reeve.manifest.age;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.reeve.core.model.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgeFileTest {
  private static final byte[] HELLO = "hello".getBytes(StandardCharsets.UTF_8);

  private final AgeWriter writer = new AgeWriter(new Random(1));
  private final AgeWriter.Key mine = writer.key();
  private final AgeWriter.Key theirs = writer.key();

  /// Made by `age -r age1... -a` and `age-keygen`, version 1.1.1.
  @Test
  void opensWhatTheToolWrote() throws Exception {
    var key = "AGE-SECRET-KEY-1Y4QK5LZLTUG93UFZ399YRE6FPWG08CQDGHDRAGX3MNT7YWSH3KDQK23EGQ";
    var file =
        """
        -----BEGIN AGE ENCRYPTED FILE-----
        YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBBOWc0MGkralNXM1hXM2xZ
        T014am1vWUxsZGk3MFpINDlFUUhJbEVrQkRzCnB5dHVBN0Jjd1NNY2paa0NUZVpY
        MXA1T2c3MGpJYWdKWjdwMm1hUW9NdW8KLS0tIC9aVnN0SDA4K3ZwOVV2MUxTeDhs
        NVF5TUZWR3NMSnY2bnJVWW0xQ21UV3MKCJKZM4eTmjh2qWEkrIS1gbf5CCLjRFAY
        f05eniMW2va9EA1NYO8LycToaUDjsUsVQi8zy4Y=
        -----END AGE ENCRYPTED FILE-----
        """;

    assertThat(AgeFile.open(file.getBytes(StandardCharsets.UTF_8), Identities.parse(key)))
        .isEqualTo(new Opened.Content(Bytes.utf8("a word from the tool\n")));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_535, 65_536, 65_537, 131_072, 1 << 20})
  void opensWhateverTheSize(int size) {
    var content = new byte[size];
    new Random(size).nextBytes(content);

    var file = writer.encrypt(content, List.of(theirs.recipient(), mine.recipient()));

    assertThat(AgeFile.open(file, mine.identities()))
        .isEqualTo(new Opened.Content(Bytes.of(content)));
  }

  @Test
  void opensArmorWithLineEndsOfEitherKind() {
    var armored = writer.armored(HELLO, List.of(mine.recipient()));

    for (String text : List.of(armored, armored.replace("\n", "\r\n"), "\n " + armored + "\n\n")) {
      assertThat(open(text)).isEqualTo(new Opened.Content(Bytes.of(HELLO)));
    }
  }

  @Test
  void passesOverRecipientsOfOtherKinds() {
    var file =
        writer
            .withStanza("-> ssh-ed25519 abcd Zm9v\nZm9v\n-> joint oint-grease\n\n")
            .encrypt(HELLO, List.of(mine.recipient()));

    assertThat(AgeFile.open(file, mine.identities()))
        .isEqualTo(new Opened.Content(Bytes.of(HELLO)));
    assertThat(AgeFile.open(file, theirs.identities()))
        .isEqualTo(new Opened.NoKey(List.of("ssh-ed25519", "joint", "X25519")));
  }

  @Test
  void hasNoKeyForOthersFiles() {
    var file = writer.encrypt(HELLO, List.of(theirs.recipient()));

    assertThat(AgeFile.open(file, mine.identities())).isInstanceOf(Opened.NoKey.class);
    assertThat(AgeFile.open(file, Identities.NONE)).isInstanceOf(Opened.NoKey.class);
    assertThat(AgeFile.open(file, mine.identities().and(theirs.identities())))
        .isEqualTo(new Opened.Content(Bytes.of(HELLO)));
  }

  @Nested
  class Refused {
    /// Each bit of each byte but for the first line's, which has a test of its own.
    @Test
    void whenAnyByteIsAnother() {
      var file = writer.encrypt(HELLO, List.of(mine.recipient()));

      for (int i = 0; i < file.length; i++) {
        for (int bit = 0; bit < 8; bit++) {
          var changed = file.clone();
          changed[i] ^= (byte) (1 << bit);
          assertThat(AgeFile.open(changed, mine.identities()))
              .as("byte %d, bit %d", i, bit)
              .isNotInstanceOf(Opened.Content.class);
        }
      }
    }

    @Test
    void whenItIsCutOffAnywhere() {
      var file = writer.encrypt(HELLO, List.of(mine.recipient()));

      for (int length = 0; length < file.length; length++) {
        assertThat(AgeFile.open(Arrays.copyOf(file, length), mine.identities()))
            .as("%d bytes", length)
            .isInstanceOf(Opened.Broken.class);
      }
    }

    @Test
    void whenAChunkIsMissingDoubledOrAdded() {
      var content = new byte[3 * 65_536];
      var file = writer.encrypt(content, List.of(mine.recipient()));
      int chunk = 65_536 + 16;
      int start = file.length - 3 * chunk;

      for (byte[] changed :
          List.of(
              Arrays.copyOf(file, file.length - chunk),
              joined(
                  Arrays.copyOf(file, start), Arrays.copyOfRange(file, start + chunk, file.length)),
              joined(file, Arrays.copyOfRange(file, file.length - chunk, file.length)),
              joined(file, new byte[1]),
              joined(file, new byte[16]))) {
        assertThat(AgeFile.open(changed, mine.identities())).isInstanceOf(Opened.Broken.class);
      }
    }

    @Test
    void whenAShareGivesNothingButZeros() {
      var zero = "-> X25519 " + "A".repeat(43) + "\n" + "A".repeat(43) + "\n";
      var file = writer.withStanza(zero).encrypt(HELLO, List.of(mine.recipient()));

      assertThat(AgeFile.open(file, mine.identities()))
          .isEqualTo(new Opened.Broken("an X25519 share gives nothing but zeros"));
    }

    @Test
    void whenAStanzaIsNotOfItsSize() {
      for (String stanza :
          List.of(
              "-> X25519 Zm9v\n" + "A".repeat(43) + "\n",
              "-> X25519 " + "B".repeat(42) + "A\nZm9v\n",
              "-> X25519\n" + "A".repeat(43) + "\n",
              "-> X25519 " + "B".repeat(42) + "A more\n" + "A".repeat(43) + "\n")) {
        var file =
            new AgeWriter(new Random(2))
                .withStanza(stanza)
                .encrypt(HELLO, List.of(mine.recipient()));
        assertThat(AgeFile.open(file, mine.identities()))
            .as(stanza)
            .isInstanceOf(Opened.Broken.class);
      }
    }

    @Test
    void whenAPassphraseStandsBesideOtherRecipients() {
      var file =
          writer
              .withStanza("-> scrypt " + "A".repeat(22) + " 18\n" + "A".repeat(43) + "\n")
              .encrypt(HELLO, List.of(mine.recipient()));

      assertThat(AgeFile.open(file, mine.identities())).isInstanceOf(Opened.Broken.class);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          "age-encryption.org/v2\n",
          "age-encryption.org/v1\n---\n",
          "age-encryption.org/v1\n--- AAAA\n",
          "age-encryption.org/v1\n-> \n\n--- AAAA\n",
          "-----BEGIN AGE ENCRYPTED FILE-----\n",
          "-----BEGIN AGE ENCRYPTED FILE-----\n-----END AGE ENCRYPTED FILE-----\n",
          "-----BEGIN PGP MESSAGE-----\nAAAA\n-----END PGP MESSAGE-----\n"
        })
    void whenItIsNoFileOfAge(String text) {
      assertThat(open(text)).isInstanceOf(Opened.Broken.class);
    }

    @Test
    void whenArmorIsNotAsAgeWritesIt() {
      var armored = writer.armored(HELLO, List.of(mine.recipient()));
      var lines = armored.lines().toList();

      for (String text :
          List.of(
              armored + "more",
              armored.replace("-----END AGE", "-----END"),
              armored.replace(lines.get(1) + "\n", lines.get(1)),
              armored.replace(lines.get(1), lines.get(1) + "\n"),
              armored.replace(lines.get(1), lines.get(1).substring(4)),
              armored.replace(lines.get(1), " " + lines.get(1).substring(1)))) {
        assertThat(open(text)).as(text).isInstanceOf(Opened.Broken.class);
      }
    }
  }

  @Nested
  class Keys {
    @Test
    void areReadFromAFileOfSeveral() throws Exception {
      var file =
          "# created: today\n# public key: %s\n%s\n\n%s  %s\n"
              .formatted(mine.recipient(), mine.identity(), theirs.identity(), mine.identity());

      assertThat(Identities.parse(file).recipients())
          .containsExactly(mine.recipient(), theirs.recipient());
    }

    @Test
    void areNamedByTheirPublicHalvesOnly() throws Exception {
      assertThat(Identities.parse(mine.identity())).hasToString("[" + mine.recipient() + "]");
    }

    @Test
    void areNotQuotedWhereTheyCannotBeRead() {
      var slip = mine.identity().substring(0, 70) + "Q" + mine.identity().substring(71);

      assertThatThrownBy(() -> Identities.parse("#\n" + slip))
          .isInstanceOf(KeyNotReadable.class)
          .hasMessage("line 2 is not a key of age (AGE-SECRET-KEY-1...)");
      assertThatThrownBy(() -> Identities.parse(mine.recipient()))
          .hasMessageContaining("is a public key");
      assertThatThrownBy(() -> Identities.parse("AGE-PLUGIN-YUBIKEY-1QQQ"))
          .hasMessageContaining("only X25519 keys");
      assertThatThrownBy(() -> Identities.parse("# nothing\n"))
          .hasMessageContaining("there is no key in it");
      assertThatThrownBy(() -> Identities.parse(mine.identity().toLowerCase(java.util.Locale.ROOT)))
          .isInstanceOf(KeyNotReadable.class);
    }
  }

  private Opened open(String text) {
    return AgeFile.open(text.getBytes(StandardCharsets.UTF_8), mine.identities());
  }

  private static byte[] joined(byte[] a, byte[] b) {
    var both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
