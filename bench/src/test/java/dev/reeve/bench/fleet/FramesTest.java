package dev.reeve.bench.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FramesTest {
  private static final int TEXT = 0x81;
  private static final int TEXT_BEGINS = 0x01;
  private static final int TEXT_ENDS = 0x80;
  private static final int PING = 0x89;
  private static final int CLOSE = 0x88;

  private final Heard heard = new Heard();
  private final Frames frames = new Frames();

  private static final class Heard implements Frames.Reader {
    private final List<String> texts = new ArrayList<>();
    private final List<String> pings = new ArrayList<>();

    @Override
    public void text(String message) {
      texts.add(message);
    }

    @Override
    public void ping(byte[] payload) {
      pings.add(new String(payload, StandardCharsets.UTF_8));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 125, 126, 65_535, 65_536, 200_000})
  void readsTextsOfEveryLength(int length) throws IOException {
    var text = "x".repeat(length);

    frames.read(fromServer(TEXT, text), heard);

    assertThat(heard.texts).containsExactly(text);
  }

  @Test
  void readsOnWhereABufferEndedInTheMiddle() throws IOException {
    var bytes = joined(fromServer(TEXT, "one"), fromServer(PING, "?"), fromServer(TEXT, "two"));

    while (bytes.hasRemaining()) {
      frames.read(ByteBuffer.wrap(new byte[] {bytes.get()}), heard);
    }

    assertThat(heard.texts).containsExactly("one", "two");
    assertThat(heard.pings).containsExactly("?");
  }

  @Test
  void joinsWhatComesInPiecesThoughAPingIsBetween() throws IOException {
    var bytes =
        joined(
            fromServer(TEXT_BEGINS, "to"), fromServer(PING, ""), fromServer(TEXT_ENDS, "gether"));

    frames.read(bytes, heard);

    assertThat(heard.texts).containsExactly("together");
    assertThat(heard.pings).containsExactly("");
  }

  @Test
  void isOverWhenTheServerCloses() {
    assertThatThrownBy(() -> frames.read(fromServer(CLOSE, ""), heard))
        .isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 125, 126, 65_535, 65_536})
  void masksWhatItWrites(int length) {
    var text = "y".repeat(length);

    var frame = Frames.text(text);

    assertThat(frame.get() & 0xff).isEqualTo(TEXT);
    int first = frame.get() & 0xff;
    assertThat(first & 0x80).isNotZero();
    assertThat(lengthAfter(first & 0x7f, frame)).isEqualTo(length);
    var mask = new byte[4];
    frame.get(mask);
    var payload = new byte[frame.remaining()];
    frame.get(payload);
    for (int i = 0; i < payload.length; i++) {
      payload[i] ^= mask[i % 4];
    }
    assertThat(new String(payload, StandardCharsets.UTF_8)).isEqualTo(text);
  }

  private static long lengthAfter(int first, ByteBuffer frame) {
    return first < 126 ? first : first == 126 ? frame.getShort() & 0xffff : frame.getLong();
  }

  private static ByteBuffer fromServer(int first, String text) {
    var frame = ByteBuffer.allocate(10 + text.length()).put((byte) first);
    if (text.length() < 126) {
      frame.put((byte) text.length());
    } else if (text.length() < 1 << 16) {
      frame.put((byte) 126).putShort((short) text.length());
    } else {
      frame.put((byte) 127).putLong(text.length());
    }
    return frame.put(text.getBytes(StandardCharsets.US_ASCII)).flip();
  }

  private static ByteBuffer joined(ByteBuffer... frames) {
    var all = ByteBuffer.allocate(1_000);
    for (ByteBuffer frame : frames) {
      all.put(frame);
    }
    return all.flip();
  }
}
