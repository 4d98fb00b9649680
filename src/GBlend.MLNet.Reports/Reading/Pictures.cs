using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet.Reports;

/// <summary>Small pictures of what rows hold: images, the middle frames of clips, spectrograms.</summary>
internal static class Pictures
{
    private const int Largest = 96;

    /// <summary>
    /// The columns of a data view that can be shown: vectors of numbers of two dimensions (frames x bands), three (height x width x channels) or four
    /// (clips).
    /// </summary>
    internal static bool CanShow(DataViewSchema.Column column) =>
        column.Type is VectorDataViewType { IsKnownSize: true, ItemType: NumberDataViewType, Dimensions.Length: >= 2 and <= 4 } vector
            && Size(vector) is var (height, width, channels)
        && height > 1 && width > 1 && channels is >= 1 and <= 4;

    /// <summary>Makes the pictures of some rows.</summary>
    /// <param name="view">The rows.</param>
    /// <param name="columns">The columns to show.</param>
    /// <param name="positions">The rows by their place in the view.</param>
    /// <returns>Per position the pictures by column, each with the address of an image; a row that has nothing in a column has no picture of it.</returns>
    internal static IReadOnlyDictionary<long, IReadOnlyList<(string Column, string Uri)>> Of(IDataView view, IReadOnlyList<DataViewSchema.Column> columns,
        IEnumerable<long> positions)
    {
        var wanted = positions.ToHashSet();
        var pictures = new Dictionary<long, IReadOnlyList<(string, string)>>();
        if (wanted.Count == 0 || columns.Count == 0)
            return pictures;
        using var cursor = view.GetRowCursor(columns);
        var readers = columns.Select(c => VectorReader.Create(cursor, c, allowsEmpty: true)).ToArray();
        for (long row = 0; pictures.Count < wanted.Count && cursor.MoveNext(); row++)
        {
            if (!wanted.Contains(row))
                continue;
            var made = new List<(string, string)>();
            foreach (var (column, reader) in columns.Zip(readers))
            {
                var values = new float[reader.Width];
                reader.Read(values);
                if (!reader.IsEmpty && values.All(float.IsFinite))
                    made.Add((column.Name, Draw(values, (VectorDataViewType)column.Type, reader.HasBytes)));
            }
            pictures.Add(row, made);
        }
        return pictures;
    }

    private static (int Height, int Width, int Channels) Size(VectorDataViewType type) => type.Dimensions switch
    {
        [var frames, var bands] => (bands, frames, 1),
        [var height, var width, var channels] => (height, width, channels),
        [_, var height, var width, var channels] => (height, width, channels),
        _ => (0, 0, 0),
    };

    private static string Draw(float[] values, VectorDataViewType type, bool isBytes)
    {
        var (height, width, channels) = Size(type);
        bool isSpectrogram = type.Dimensions.Length == 2;
        int size = height * width * channels, frame = type.Dimensions.Length == 4 ? type.Dimensions[0] / 2 * size : 0;
        var shown = values.AsSpan(frame, size);
        float low = isBytes ? 0 : Least(shown), high = isBytes ? 255 : Most(shown), scale = high > low ? 255 / (high - low) : 0;
        int step = Math.Max(1, (Math.Max(height, width) + Largest - 1) / Largest), tall = (height + step - 1) / step, wide = (width + step - 1) / step,
            planes = channels >= 3 ? 3 : 1;
        var pixels = new byte[tall * wide * planes];
        for (int y = 0; y < tall; y++)
        {
            for (int x = 0; x < wide; x++)
            {
                for (int c = 0; c < planes; c++)
                {
                    // Of a spectrogram frames go to the right and the lowest band is at the bottom.
                    int from = isSpectrogram ? x * step * height + (height - 1 - y * step) : (y * step * width + x * step) * channels + c;
                    pixels[(y * wide + x) * planes + c] = (byte)Math.Clamp((shown[from] - low) * scale, 0, 255);
                }
            }
        }
        return Png.DataUri(pixels, wide, tall, planes);
    }

    private static float Least(ReadOnlySpan<float> values)
    {
        float least = float.PositiveInfinity;
        foreach (float v in values)
            least = Math.Min(least, v);
        return least;
    }

    private static float Most(ReadOnlySpan<float> values)
    {
        float most = float.NegativeInfinity;
        foreach (float v in values)
            most = Math.Max(most, v);
        return most;
    }
}
