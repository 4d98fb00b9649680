using Microsoft.ML;
using Microsoft.ML.Data;
using OpenCvSharp;

namespace GBlend.MLNet;

/// <summary>Images: height x width x channels, bytes.</summary>
internal sealed class ImageColumn(string output, string input, ImageOptions options) : MediaColumn(output, input, options)
{
    internal const string Name = "LoadImage";

    internal override string Kind => Name;

    internal override PrimitiveDataViewType ItemType => NumberDataViewType.Byte;

    internal override string Expected => "text (paths), a vector of bytes (the files themselves) or an image (MLImage)";

    private ImageOptions Image => (ImageOptions)Options;

    internal override bool Accepts(DataViewType itemType, bool isVector) => MediaInput.Accepts(itemType, isVector) || (!isVector && MLImageInput.Accepts(itemType));

    internal override int[] Dimensions(DataViewType input) => [Image.Shape.Height, Image.Shape.Width, Image.Shape.Channels];

    internal override ColumnValue Bind(DataViewRow row, ColumnBinding binding) =>
        new ColumnValue<byte>(row, this, Image.Shape.Size, new Reader(this, row, binding.Source, Image.Shape), binding.Log);

    private sealed class Reader(ImageColumn column, DataViewRow row, DataViewSchema.Column source, FrameShape shape) : FileColumnReader<byte>(column, row, source, shape.Size)
    {
        private PictureWriter? _writer;

        public override void Dispose() => _writer?.Dispose();

        protected override void Decode(MediaItem item, byte[] values)
        {
            MediaLibraries.RequireOpenCv();
            _writer ??= new PictureWriter(shape);
            try
            {
                using var picture = ImageDecoder.Decode(item.ReadAll(), shape);
                _writer.Write(picture, values);
            }
            catch (OpenCVException e)
            {
                throw new BadMediaException($"OpenCV can't decode it ({e.Message.Trim()})");
            }
        }
    }
}
