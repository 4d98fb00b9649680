using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>Clips of videos: [clips x] frames x height x width x channels, bytes.</summary>
internal sealed class VideoClipColumn(string output, string input, VideoClipOptions options) : MediaColumn(output, input, options)
{
    internal const string Name = "LoadVideoClip";

    internal override string Kind => Name;

    internal override PrimitiveDataViewType ItemType => NumberDataViewType.Byte;

    internal override string Expected => "text (paths) or a vector of bytes (the files themselves)";

    private VideoClipOptions Clip => (VideoClipOptions)Options;

    internal override bool Accepts(DataViewType itemType, bool isVector) => MediaInput.Accepts(itemType, isVector);

    internal override int[] Dimensions(DataViewType input) => Clip.ClipsPerVideo == 1
        ? [Clip.FrameCount, Clip.Height, Clip.Width, Clip.Channels]
        : [Clip.ClipsPerVideo, Clip.FrameCount, Clip.Height, Clip.Width, Clip.Channels];

    internal override ColumnValue Bind(DataViewRow row, ColumnBinding binding)
    {
        int size = Clip.ClipsPerVideo * Clip.FrameCount * Clip.Shape.Size;
        return new ColumnValue<byte>(row, this, size, new Reader(this, row, binding, size), binding.Log);
    }

    /// <summary>Whether another column is made of the same videos.</summary>
    internal bool ReadsSameFiles(MediaColumn other) => other is VideoClipColumn clip && clip.Input == Input && clip.Clip.Folder == Clip.Folder;

    private sealed class Reader(VideoClipColumn column, DataViewRow row, ColumnBinding binding, int size) : FileColumnReader<byte>(column, row, binding, size)
    {
        private readonly ClipReader _clips = new(column.Clip, new(column.Clip.Limits, column.Clip.TolerateDamage, binding.CheckAlive), binding.Shared);

        public override void Dispose() => _clips.Dispose();

        protected override ToleratedDamage? Decode(MediaItem item, byte[] values)
        {
            _clips.Read(item, values);
            return _clips.Concealed == 0 ? null
                : new(_clips.Concealed, $"{_clips.Concealed} of the frames that were decoded for its clips are damaged and were filled in or left out");
        }
    }
}
