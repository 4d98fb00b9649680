using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>Images: height x width x channels, bytes.</summary>
internal sealed class ImageColumn(string output, string input, ImageOptions options) : MediaColumn(output, input, options)
{
    internal const string Name = "LoadImage";

    internal override string Kind => Name;

    internal override PrimitiveDataViewType ItemType => NumberDataViewType.Byte;

    internal override string Expected => "text (paths), a vector of bytes (the files themselves) or an image (MLImage)";

    private ImageOptions Image => (ImageOptions)Options;

    internal override bool Accepts(DataViewType itemType, bool isVector) =>
        MediaInput.Accepts(itemType, isVector) || (!isVector && MLImageInput.Accepts(itemType));

    internal override int[] Dimensions(DataViewType input) => [Image.Shape.Height, Image.Shape.Width, Image.Shape.Channels];

    internal override ColumnValue Bind(DataViewRow row, ColumnBinding binding) =>
        new ColumnValue<byte>(row, this, Image.Shape.Size, new Reader(this, row, binding, Image.Shape, Image.Limits), binding.Log);

    private sealed class Reader(ImageColumn column, DataViewRow row, ColumnBinding binding, FrameShape shape, MediaLimits limits)
        : FileColumnReader<byte>(column, row, binding, shape.Size)
    {
        private PictureWriter? _writer;

        public override void Dispose() => _writer?.Dispose();

        protected override ToleratedDamage? Decode(MediaItem item, byte[] values)
        {
            MediaLibraries.RequireOpenCv();
            _writer ??= new PictureWriter(shape);
            using var picture = ImageDecoder.Decode(item.ReadAll(), shape.Channels == 1, limits);
            _writer.Write(picture, values);
            return null;
        }
    }
}
