import BitMindAPI
import Testing

struct JSONTextTests {
    @Test func `numbers keep their digits and objects their order`() throws {
        let text = #"{"b":0.82340,"a":[1e-7,-0,12345678901234567890],"b":null}"#
        let value = try JSONText(parsing: text)
        #expect(value.text() == text)
        #expect(value["a"]?.elements?.first?.number == "1e-7")
    }
}
