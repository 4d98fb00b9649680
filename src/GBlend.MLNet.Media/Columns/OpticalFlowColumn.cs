using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;
using OpenCvSharp;

namespace GBlend.MLNet;

/// <summary>Motion between the frames of clips: [clips x] frames - 1 x height x width x 2, bytes; first across, then down.</summary>
internal sealed class OpticalFlowColumn(string output, string input, OpticalFlowOptions options) : MediaColumn(output, input, options)
{
    internal const string Name = "OpticalFlow";

    internal override string Kind => Name;

    internal override PrimitiveDataViewType ItemType => NumberDataViewType.Byte;

    internal override string Expected =>
        "a vector of bytes with the dimensions [clips x] frames x height x width x 1 or 3 channels and at least 2 frames, as LoadVideoClip makes them";

    private OpticalFlowOptions Flow => (OpticalFlowOptions)Options;

    internal override bool Accepts(DataViewType itemType, bool isVector) => isVector && itemType == NumberDataViewType.Byte;

    internal override int[]? Dimensions(DataViewType input) =>
        input is VectorDataViewType { Dimensions: { Length: 4 or 5 } dimensions } && dimensions.All(d => d > 0) && dimensions[^1] is 1 or 3
            && dimensions[^4] > 1
            ? [.. dimensions[..^4], Flow.KeepFrameCount ? dimensions[^4] : dimensions[^4] - 1, dimensions[^3], dimensions[^2], 2]
            : null;

    internal override ColumnValue Bind(DataViewRow row, ColumnBinding binding)
    {
        int size = Dimensions(binding.Source.Type)!.Aggregate((a, b) => a * b);
        return new ColumnValue<byte>(row, this, size, new Reader(this, row, binding, size), binding.Log);
    }

    private sealed class Reader(OpticalFlowColumn column, DataViewRow row, ColumnBinding binding, int size) : ColumnReader<byte>
    {
        private readonly ValueGetter<VBuffer<byte>> _getter = row.GetGetter<VBuffer<byte>>(binding.Source);
        private readonly int[] _dimensions = [.. ((VectorDataViewType)binding.Source.Type).Dimensions];
        private readonly OpticalFlowOptions _options = column.Flow;
        private readonly RowCache _cache = new(column, string.Join('x', ((VectorDataViewType)binding.Source.Type).Dimensions), binding.Log);
        private readonly byte[] _values = new byte[size];
        private readonly List<Mat> _work = [];
        private VBuffer<byte> _clip;

        internal override string? ItemName => null;

        internal override ReadOnlyMemory<byte> Read()
        {
            MediaLibraries.RequireOpenCv();
            _getter(ref _clip);
            if (_clip.GetValues().Length == 0)
                throw new BadMediaException("the clip is missing");
            if (_clip.Length != _dimensions.Aggregate((a, b) => a * b))
                throw new BadMediaException($"the clip has {_clip.Length} values instead of {string.Join(" x ", _dimensions)}");
            byte[] clip = _clip.IsDense ? _clip.GetValues().ToArray() : [.. _clip.DenseValues()];
            if (!_cache.IsUsed)
                return Compute(clip);
            string hash = Convert.ToHexString(SHA256.HashData(clip));
            if (_cache.Find<byte>(hash, hash, size) is { } kept)
                return kept;
            _cache.Keep(hash, hash, Compute(clip));
            return _values;
        }

        public override void Dispose() => _work.ForEach(m => m.Dispose());

        private unsafe byte[] Compute(byte[] clip)
        {
            var (frames, height, width, channels) = (_dimensions[^4], _dimensions[^3], _dimensions[^2], _dimensions[^1]);
            int pictureSize = height * width * channels, flowSize = height * width * 2, slot = 0;
            while (_work.Count < 3)
                _work.Add(new Mat());
            var flow = _work[2];
            fixed (byte* start = clip)
            {
                for (int first = 0; first < clip.Length; first += frames * pictureSize)
                {
                    Gray(start + first, _work[0]);
                    for (int frame = 1; frame < frames; frame++)
                    {
                        binding.CheckAlive();
                        Mat before = _work[(frame - 1) % 2], after = _work[frame % 2];
                        Gray(start + first + frame * pictureSize, after);
                        Cv2.CalcOpticalFlowFarneback(before, after, flow, _options.PyramidScale, _options.PyramidLevels, _options.WindowSize,
                            _options.Iterations, _options.PolynomialSize, _options.PolynomialSigma, OpticalFlowFlags.None);
                        Quantize(new ReadOnlySpan<float>((void*)flow.Data, flowSize), _values.AsSpan(slot++ * flowSize, flowSize));
                    }
                    if (_options.KeepFrameCount)
                        _values.AsSpan((slot - 1) * flowSize, flowSize).CopyTo(_values.AsSpan(slot++ * flowSize, flowSize));
                }
            }
            return _values;

            void Gray(byte* picture, Mat gray)
            {
                using var source = Mat.FromPixelData(height, width, MatType.CV_8UC(channels), (nint)picture);
                if (channels == 1)
                    source.CopyTo(gray);
                else
                    Cv2.CvtColor(source, gray, ColorConversionCodes.RGB2GRAY);
            }
        }

        private void Quantize(ReadOnlySpan<float> flow, Span<byte> bytes)
        {
            float scale = 127.5f / _options.Bound;
            for (int i = 0; i < flow.Length; i++)
                bytes[i] = (byte)Math.Clamp(128 + MathF.Round(flow[i] * scale), 0, 255);
        }
    }
}
