package dev.reeve.wire;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.BufferRecycler;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.core.util.RecyclerPool;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.reeve.core.model.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SortedMap;

/// The JSON of messages. A message that cannot be read is an [UnreadableMessage]; fields that a
/// newer peer adds are passed over.
public final class Wire {
  private static final JsonSetter.Value EMPTY_IF_MISSING =
      JsonSetter.Value.forValueNulls(Nulls.AS_EMPTY);
  private static final int BUFFERS = 32;
  private static final ObjectMapper JSON = mapper();

  /// What is said most of all, and always in the same words.
  private static final FromNode HEARTBEAT = new FromNode.Heartbeat();

  private static final String HEARTBEAT_TEXT = write(HEARTBEAT);

  private Wire() {}

  /// A message from the other side is not one.
  public static final class UnreadableMessage extends Exception {
    private UnreadableMessage(String message, Throwable cause) {
      super(message, cause);
    }
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  private interface Tagged {}

  private static final class BytesWriter extends StdSerializer<Bytes> {
    private BytesWriter() {
      super(Bytes.class);
    }

    @Override
    public void serialize(Bytes value, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      json.writeBinary(value.toArray());
    }
  }

  private static final class BytesReader extends StdDeserializer<Bytes> {
    private BytesReader() {
      super(Bytes.class);
    }

    @Override
    public Bytes deserialize(JsonParser json, DeserializationContext context) throws IOException {
      return Bytes.of(json.getBinaryValue());
    }
  }

  /// Kept for all threads together: each message is taken on a virtual thread of its own, which
  /// would make buffers anew, and each connection has one that would hold its own for good.
  private static RecyclerPool<BufferRecycler> buffers() {
    return JsonRecyclerPools.newBoundedPool(BUFFERS);
  }

  private static ObjectMapper mapper() {
    var bytes = new SimpleModule("bytes");
    bytes.addSerializer(Bytes.class, new BytesWriter());
    bytes.addDeserializer(Bytes.class, new BytesReader());
    var mapper =
        JsonMapper.builder(JsonFactory.builder().recyclerPool(buffers()).build())
            .addModule(new Jdk8Module())
            .addModule(new JavaTimeModule())
            .addModule(bytes)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
            // What an older peer does not know of yet is empty.
            .withConfigOverride(SortedMap.class, it -> it.setSetterInfo(EMPTY_IF_MISSING))
            .withConfigOverride(List.class, it -> it.setSetterInfo(EMPTY_IF_MISSING))
            .addMixIn(ToNode.class, Tagged.class)
            .addMixIn(FromNode.class, Tagged.class)
            .build();
    mapper.registerSubtypes(
        new NamedType(ToNode.Give.class, "order"),
        new NamedType(ToNode.Route.class, "route"),
        new NamedType(ToNode.PullSecrets.class, "pullSecrets"),
        new NamedType(ToNode.AskReport.class, "askReport"),
        new NamedType(ToNode.ReadLog.class, "readLog"),
        new NamedType(ToNode.StopLog.class, "stopLog"),
        new NamedType(FromNode.Tell.class, "report"),
        new NamedType(FromNode.Heartbeat.class, "heartbeat"),
        new NamedType(FromNode.AskFullOrder.class, "askFullOrder"),
        new NamedType(FromNode.LogChunk.class, "logChunk"),
        new NamedType(FromNode.Served.class, "served"),
        new NamedType(FromNode.Used.class, "used"));
    return mapper;
  }

  public static String write(ToNode message) {
    return text(message, ToNode.class);
  }

  public static String write(FromNode message) {
    return text(message, FromNode.class);
  }

  public static ToNode toNode(String text) throws UnreadableMessage {
    return read(text, ToNode.class);
  }

  public static FromNode fromNode(String text) throws UnreadableMessage {
    return text.equals(HEARTBEAT_TEXT) ? HEARTBEAT : read(text, FromNode.class);
  }

  /// Any record of the protocol as JSON, for keeping on disk.
  public static byte[] bytes(Object value) {
    return text(value, Object.class).getBytes(StandardCharsets.UTF_8);
  }

  /// Reads what [#bytes] wrote.
  public static <T> T read(byte[] bytes, Class<T> type) throws UnreadableMessage {
    return read(new String(bytes, StandardCharsets.UTF_8), type);
  }

  private static String text(Object value, Class<?> as) {
    try {
      return as == Object.class
          ? JSON.writeValueAsString(value)
          : JSON.writerFor(as).writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("every message can be written", e);
    }
  }

  private static <T> T read(String text, Class<T> type) throws UnreadableMessage {
    try {
      return JSON.readValue(text, type);
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new UnreadableMessage("not a message: " + e.getMessage(), e);
    }
  }
}
