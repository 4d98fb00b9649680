using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>Reads the media column of the current row.</summary>
internal abstract class MediaInput
{
    /// <summary>What the row has, as soon as it is known: messages need it also where there is no usable item.</summary>
    internal string? Name { get; private protected set; }

    /// <summary>The item of the row.</summary>
    /// <exception cref="BadMediaException">There is none.</exception>
    internal abstract MediaItem Current();

    internal static bool Accepts(DataViewType itemType, bool isVector) => isVector ? itemType == NumberDataViewType.Byte : itemType is TextDataViewType;

    internal static MediaInput Create(DataViewRow row, DataViewSchema.Column column, string? folder) =>
        column.Type is TextDataViewType ? new Paths(row, column, folder)
        : MLImageInput.Accepts(column.Type) ? MLImageInput.Create(row, column)
        : new Contents(row, column);

    private sealed class Paths(DataViewRow row, DataViewSchema.Column column, string? folder) : MediaInput
    {
        private readonly ValueGetter<ReadOnlyMemory<char>> _getter = row.GetGetter<ReadOnlyMemory<char>>(column);
        private ReadOnlyMemory<char> _value;

        internal override MediaItem Current()
        {
            Name = null;
            _getter(ref _value);
            string name = _value.ToString();
            Name = name;
            if (name.Length == 0)
                throw new BadMediaException("the row has no path");
            return MediaItem.OfFile(name, folder);
        }
    }

    private sealed class Contents(DataViewRow row, DataViewSchema.Column column) : MediaInput
    {
        private readonly ValueGetter<VBuffer<byte>> _getter = row.GetGetter<VBuffer<byte>>(column);
        private VBuffer<byte> _value;

        internal override MediaItem Current()
        {
            Name = null;
            _getter(ref _value);
            if (_value.GetValues().Length == 0)
                throw new BadMediaException("the row has no bytes");
            byte[] content = _value.IsDense ? _value.GetValues().ToArray() : [.. _value.DenseValues()];
            string hash = Convert.ToHexString(SHA256.HashData(content));
            Name = $"{content.Length} bytes in memory, SHA-256 {hash[..12]}";
            return new MediaItem(Name, hash, null, content);
        }
    }
}
