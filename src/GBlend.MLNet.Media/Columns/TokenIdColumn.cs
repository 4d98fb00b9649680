using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Tokenizers;

namespace GBlend.MLNet;

/// <summary>Token ids of texts: a vector of 32-bit numbers.</summary>
internal sealed class TokenIdColumn(string output, string input, TokenIdSettings settings) : MediaColumn(output, input, settings)
{
    internal const string Name = "TokenIds";

    private readonly BpeTokenizer? _tokenizer = settings.Vocabulary is null ? null : MakeTokenizer(settings);

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

    private static BpeTokenizer MakeTokenizer(TokenIdSettings settings)
    {
        try
        {
            return BpeTokenizer.Create(new BpeOptions(settings.Vocabulary!)
            {
                Merges = settings.Merges,
                ByteLevel = true,
                PreTokenizer = new RegexPreTokenizer(BytePairs.Words, null),
            });
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException)
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
            var ids = column._tokenizer!.EncodeToIds(column.Prepare(_text.ToString()), _values.Length, out _, out _);
            Array.Clear(_values);
            for (int i = 0; i < ids.Count; i++)
                _values[i] = ids[i] + 1;
            return _values;
        }
    }
}
