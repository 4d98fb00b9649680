using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Media.Tests.Components;

public sealed class TokenIdTests : IDisposable
{
    private static readonly string[] Texts = ["the cat sat on the mat", "the cat ran", "The hat, the cat; the bat!", "", "über naïve 猫", "it's 2024"];

    private readonly MLContext _ml = new(1);
    private readonly TestMedia _media = new();

    public void Dispose() => _media.Dispose();

    private int[][] Ids(TokenIdOptions options, params string[] texts) => _ml.Transforms.TokenIds("Out", "Path", options).Read<int>(_ml.Paths(texts));

    [Fact]
    public void Learned_vocabulary_makes_frequent_words_one_id()
    {
        var rows = Ids(new() { Length = 24, VocabularySize = 400 }, Texts);
        Assert.All(rows, row => Assert.Equal(24, row.Length));
        // "the cat ran": "the" and " cat" are merged, "ran" is not worth it.
        Assert.InRange(rows[1].Count(id => id > 0), 3, 6);
        Assert.Equal(rows[0][0], rows[1][0]);
        Assert.Equal(rows[0][1], rows[1][1]);
        Assert.All(rows[3], id => Assert.Equal(0, id));
        Assert.True(rows[4].Count(id => id > 0) > 8);
        Assert.All(rows, row => Assert.All(row, id => Assert.InRange(id, 0, 400)));
    }

    [Fact]
    public void Long_texts_are_cut_and_short_ones_filled_up()
    {
        int[] row = Assert.Single(Ids(new() { Length = 3, VocabularySize = 256 }, "abcdef"));
        Assert.Equal(3, row.Distinct().Count());
        Assert.DoesNotContain(0, row);
        row = Assert.Single(Ids(new() { Length = 8, VocabularySize = 256 }, "abc"));
        Assert.Equal([0, 0, 0, 0, 0], row[3..]);
    }

    [Fact]
    public void Lower_case_is_made_on_request()
    {
        var rows = Ids(new() { Length = 8, LowerCase = true }, "ABC def", "abc DEF");
        Assert.Equal(rows[0], rows[1]);
    }

    [Fact]
    public void Vocabulary_files_are_used_as_published_models_have_them()
    {
        string vocabulary = _media.Text("vocab.json", """{"a":0,"b":1,"c":2,"Ġ":3,"ab":4,"abc":5,"Ġab":6}""");
        string merges = _media.Text("merges.txt", "#version: 0.2\na b\nab c\nĠ ab\n");
        // The merge "ab c" comes before "Ġ ab", so the second word is a space and abc.
        Assert.Equal([[6, 4, 6, 0], [2, 1, 0, 0]], Ids(new() { Length = 4, VocabularyPath = vocabulary, MergesPath = merges }, "abc abc", "ba"));
    }

    [Fact]
    public void Bad_vocabularies_are_refused()
    {
        string merges = _media.Text("merges.txt", "a b");
        Assert.Throws<InvalidDataException>(
            () => _ml.Transforms.TokenIds("Out", "Path", new() { VocabularyPath = _media.Text("vocab.json", "no json"), MergesPath = merges }));
        Assert.Throws<InvalidDataException>(
            () => _ml.Transforms.TokenIds("Out", "Path", new() { VocabularyPath = _media.Text("vocab.json", """{"a":0}"""), MergesPath = merges }));
        Assert.Throws<ArgumentException>(() => _ml.Transforms.TokenIds("Out", "Path", new() { VocabularyPath = merges }));
        Assert.ThrowsAny<IOException>(() => _ml.Transforms.TokenIds("Out", "Path", new() { VocabularyPath = "nowhere", MergesPath = merges }));
    }

    [Fact]
    public void Vocabularies_are_utf8_with_or_without_a_mark_and_nothing_else()
    {
        string merges = _media.Text("merges.txt", "a b\n");
        byte[] Vocabulary(byte letter) => [.. """{"a":0,"b":1,"ab":2,"d"""u8, letter, .. """g":3}"""u8];
        byte[] marked = [0xEF, 0xBB, 0xBF, .. Vocabulary((byte)'o')];
        Assert.Equal([3, 0], Ids(new() { Length = 2, VocabularyPath = _media.Bytes("marked.json", marked), MergesPath = merges }, "ab")[0]);
        string message = Refusal(_media.Bytes("latin.json", Vocabulary(0xF6)), merges);
        Assert.Contains("latin.json', line 1: the byte 0xF6, number 23 of the file", message);
        Assert.Contains("Save the file as UTF-8", message);
        // Its ids would be those of the wrong letters, or of two words that became one.
        message = Refusal(_media.Text("vocab.json", """{"a":0,"b":1,"ab":2}"""), _media.Bytes("latin.txt", [.. "a b\na "u8, 0xE4, (byte)'\n']));
        Assert.Contains("latin.txt', line 2: the byte 0xE4, number 7 of the file", message);

        string Refusal(string vocabulary, string merges) =>
            Assert.Throws<InvalidDataException>(() => _ml.Transforms.TokenIds("Out", "Path", new() { VocabularyPath = vocabulary, MergesPath = merges }))
                .Message;
    }

    [Fact]
    public void Saved_model_keeps_what_was_learned()
    {
        var view = _ml.Paths(Texts);
        var model = _ml.Transforms.TokenIds("Out", "Path", new() { Length = 12 }).Fit(view);
        var loaded = _ml.Reloaded(model, view.Schema);
        Assert.Equal(model.Transform(view).GetColumn<int[]>("Out"), loaded.Transform(view).GetColumn<int[]>("Out"));
    }
}
