using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>
/// Reads a column of ML.NET's <c>MLImage</c>. Its type is known by name only, so that this library need not bring Microsoft.ML.ImageAnalytics; its
/// pixels come by way of a PNG file, since ML.NET 5.0.1 with SkiaSharp 3 can save an image but not hand out its pixels.
/// </summary>
internal static class MLImageInput
{
    internal static bool Accepts(DataViewType type) =>
        type.RawType.FullName == "Microsoft.ML.Data.MLImage" && type.RawType.GetMethod("Save", [typeof(string)]) is not null;

    internal static MediaInput Create(DataViewRow row, DataViewSchema.Column column) =>
        GenericFactory.Create<MediaInput>(typeof(Images<>), column.Type.RawType, row, column);

    private sealed class Images<T>(DataViewRow row, DataViewSchema.Column column) : MediaInput where T : class, IDisposable
    {
        private readonly ValueGetter<T?> _getter = row.GetGetter<T?>(column);
        private readonly Action<T, string> _save = typeof(T).GetMethod("Save", [typeof(string)])!.CreateDelegate<Action<T, string>>();
        private T? _image;

        internal override MediaItem Current()
        {
            Name = null;
            _getter(ref _image);
            if (_image is null)
                throw new BadMediaException("the row has no image");
            byte[] content = TemporaryFolder.WithFile(".png", file =>
            {
                _save(_image, file);
                return File.ReadAllBytes(file);
            });
            string hash = Convert.ToHexString(SHA256.HashData(content));
            Name = $"an image in memory, SHA-256 {hash[..12]}";
            return new MediaItem(Name, hash, null, content);
        }
    }
}
