using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Tokenizers;

namespace GBlend.MLNet;

/// <summary>Token ids of texts: a vector of 32-bit numbers.</summary>
internal sealed class TokenIdColumn(string output, string input, TokenIdSettings settings) : MediaColumn(output, input, settings)
{
    internal const string Name = "TokenIds";

    /// <summary>Longer words are not for the library, whose time grows with the square of their length.</summary>
    private const int LongWord = 256;

    private readonly BpeTokenizer? _tokenizer = settings.Vocabulary is null ? null : Make(() => BpeTokenizer.Create(new BpeOptions(settings.Vocabulary)
    {
        Merges = settings.Merges,
        ByteLevel = true,
    }));

    private readonly Lazy<LongWords> _longWords = new(() => Make(() => new LongWords(settings.Vocabulary!, settings.Merges)));

    internal override string Kind => Name;

    internal override PrimitiveDataViewType ItemType => NumberDataViewType.Int32;

    internal override string Expected => "text";

    private TokenIdSettings Settings => (TokenIdSettings)Options;

    internal override bool Accepts(DataViewType itemType, bool isVector) => !isVector && itemType is TextDataViewType;

    internal override int[] Dimensions(DataViewType input) => [Settings.Length];

    internal override MediaColumn Fit(IDataView data)
    {
        if (_tokenizer is not null)
            return this;
        var texts = data.GetColumn<ReadOnlyMemory<char>>(Input).Select(text => Prepare(text.ToString()));
        var (vocabulary, merges) = BytePairs.Learn(texts, Settings.VocabularySize);
        var learned = (TokenIdSettings)Settings.Copy();
        (learned.Vocabulary, learned.Merges) = (vocabulary, merges);
        return new TokenIdColumn(Output, Input, learned);
    }

    internal override ColumnValue Bind(DataViewRow row, ColumnBinding binding) =>
        new ColumnValue<int>(row, this, Settings.Length, new Reader(this, row, binding.Source), binding.Log);

    private string Prepare(string text) => Settings.LowerCase ? text.ToLowerInvariant() : text;

    /// <summary>The ids of the first tokens of a text.</summary>
    private List<int> Encode(string text)
    {
        var ids = new List<int>(Settings.Length);
        foreach (var place in BytePairs.Words.EnumerateMatches(text))
        {
            var word = text.AsSpan(place.Index, place.Length);
            int left = Settings.Length - ids.Count;
            if (left == 0)
                break;
            ids.AddRange(word.Length > LongWord
                ? _longWords.Value.Encode(word).Take(left)
                : _tokenizer!.EncodeToIds(word, left, out _, out _, considerPreTokenization: false));
        }
        return ids;
    }

    /// <exception cref="InvalidDataException">The vocabulary and the merges don't fit each other.</exception>
    private static T Make<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new InvalidDataException($"The vocabulary and the merges can't be used together: {e.Message}", e);
        }
    }

    private sealed class Reader(TokenIdColumn column, DataViewRow row, DataViewSchema.Column source) : ColumnReader<int>
    {
        private readonly ValueGetter<ReadOnlyMemory<char>> _getter = row.GetGetter<ReadOnlyMemory<char>>(source);
        private readonly int[] _values = new int[column.Settings.Length];
        private ReadOnlyMemory<char> _text;

        internal override string? ItemName => null;

        internal override ReadOnlyMemory<int> Read()
        {
            _getter(ref _text);
            var ids = column.Encode(column.Prepare(_text.ToString()));
            Array.Clear(_values);
            for (int i = 0; i < ids.Count; i++)
                _values[i] = ids[i] + 1;
            return _values;
        }
    }
}
