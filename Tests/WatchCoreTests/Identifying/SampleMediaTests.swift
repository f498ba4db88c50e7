import BitMindAPI
import SampleMedia
import Testing

@Suite("Sample media")
struct SampleMediaTests {
    @Test(arguments: MediaType.allCases)
    func `a seed decides every byte, and each seed gives others`(type: MediaType) {
        let seeds: [UInt64] = [0, 1, 2, 3, 1 << 32, .max]
        #expect(Set(seeds.map { SampleMedia.make(type, seed: $0) }).count == seeds.count)
        #expect(SampleMedia.make(type, seed: 9, size: 5000) == SampleMedia.make(type, seed: 9, size: 5000))
    }

    @Test(arguments: MediaType.allCases)
    func `a file has exactly the size that is asked for`(type: MediaType) {
        let smallest = SampleMedia.make(type, seed: 1).count
        #expect(smallest < 3000)
        #expect(SampleMedia.make(type, seed: 1, size: 1).count == smallest)
        for size in Array(smallest...smallest + 40) + [65_535, 65_536, 131_097, 1_000_001] {
            #expect(SampleMedia.make(type, seed: 1, size: size).count == size)
        }
    }
}
