using Microsoft.ML;
using Microsoft.ML.Data;

namespace GBlend.MLNet;

/// <summary>Log-mel spectrograms: [clips x] frames x bands, floats.</summary>
internal sealed class LogMelColumn(string output, string input, LogMelOptions options) : MediaColumn(output, input, options)
{
    internal const string Name = "LoadAudioLogMel";

    internal override string Kind => Name;

    internal override PrimitiveDataViewType ItemType => NumberDataViewType.Single;

    internal override string Expected => "text (paths) or a vector of bytes (the files themselves)";

    private LogMelOptions LogMel => (LogMelOptions)Options;

    internal override bool Accepts(DataViewType itemType, bool isVector) => MediaInput.Accepts(itemType, isVector);

    internal override int[] Dimensions(DataViewType input) => LogMel.Clips == 1
        ? [LogMel.FrameCount, LogMel.Spectrum.Bands]
        : [LogMel.Clips, LogMel.FrameCount, LogMel.Spectrum.Bands];

    internal override ColumnValue Bind(DataViewRow row, ColumnBinding binding)
    {
        int size = LogMel.Clips * LogMel.FrameCount * LogMel.Spectrum.Bands;
        return new ColumnValue<float>(row, this, size, new Reader(this, row, binding.Source, LogMel, size), binding.Log);
    }

    private sealed class Reader(LogMelColumn column, DataViewRow row, DataViewSchema.Column source, LogMelOptions options, int size) : FileColumnReader<float>(column, row, source, size)
    {
        private readonly LogMelTransform _transform = new(options.Spectrum);

        protected override void Decode(MediaItem item, float[] values)
        {
            var sound = SoundFile.Load(item, options.Spectrum.SampleRate, options.ToleratesDamage);
            int clipSize = options.FrameCount * options.Spectrum.Bands, clip = 0;
            foreach (var (start, hop) in SoundPlan.Windows(options, item, sound))
                _transform.Write(sound.Samples, start, hop, options.FrameCount, values.AsSpan(clip++ * clipSize, clipSize));
        }
    }
}
