import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Locale;
import morfologik.fsa.FSA;
import morfologik.fsa.builders.CFSA2Serializer;
import morfologik.fsa.builders.FSABuilder;
import morfologik.stemming.EncoderType;
import morfologik.stemming.ISequenceEncoder;
import morfologik.stemming.WordData;
import morfologik.stemming.polish.PolishStemmer;

/**
 * Writes a Morfologik dictionary from folded Polish forms to folded lemmas ("sciezek" and "ścieżek" both give "sciezka").
 *
 * <p>The Polish dictionary knows only words spelt with their diacritics, and residents type without them. With one dictionary of
 * folded forms, used when indexing and when searching, both spellings meet in the same lemma.
 *
 * <p>Usage: java -cp 'lib/*' FoldDictionary.java OUTPUT.dict (the .info file is written beside it).
 */
public class FoldDictionary {
  private static final byte SEPARATOR = '+';

  static String fold(String word) {
    String lower = word.toLowerCase(Locale.ROOT).replace('ł', 'l');
    return Normalizer.normalize(lower, Normalizer.Form.NFD).replaceAll("\\p{M}+", "");
  }

  public static void main(String[] args) throws Exception {
    Path output = Path.of(args[0]);
    ISequenceEncoder encoder = EncoderType.SUFFIX.get();
    ArrayList<byte[]> entries = new ArrayList<>(5_000_000);
    String previous = "";
    for (WordData word : new PolishStemmer()) {
      String form = fold(word.getWord().toString());
      String lemma = fold(word.getStem().toString());
      String pair = form + '\t' + lemma;
      // Neighbouring entries differ in their tags only; the rest of the duplicates go after sorting.
      if (pair.equals(previous) || form.indexOf(SEPARATOR) >= 0 || lemma.indexOf(SEPARATOR) >= 0) continue;
      previous = pair;
      byte[] formBytes = form.getBytes(StandardCharsets.UTF_8);
      ByteBuffer encoded = encoder.encode(null, ByteBuffer.wrap(formBytes), ByteBuffer.wrap(lemma.getBytes(StandardCharsets.UTF_8)));
      byte[] entry = new byte[formBytes.length + 1 + encoded.remaining()];
      System.arraycopy(formBytes, 0, entry, 0, formBytes.length);
      entry[formBytes.length] = SEPARATOR;
      encoded.get(entry, formBytes.length + 1, encoded.remaining());
      entries.add(entry);
    }
    entries.sort(FSABuilder.LEXICAL_ORDERING);
    FSABuilder builder = new FSABuilder();
    byte[] last = new byte[0];
    int kept = 0;
    for (byte[] entry : entries) {
      if (java.util.Arrays.equals(entry, last)) continue;
      builder.add(entry, 0, entry.length);
      last = entry;
      kept++;
    }
    FSA automaton = builder.complete();
    try (OutputStream stream = Files.newOutputStream(output)) {
      new CFSA2Serializer().serialize(automaton, stream);
    }
    Path info = output.resolveSibling(output.getFileName().toString().replaceFirst("\\.dict$", ".info"));
    Files.writeString(info, "fsa.dict.separator=+\nfsa.dict.encoding=UTF-8\nfsa.dict.encoder=SUFFIX\n");
    System.out.println(kept + " forms");
  }
}
